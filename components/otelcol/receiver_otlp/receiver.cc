#include "components/otelcol/receiver_otlp/receiver.h"

#include <utility>

#include "river/schema/decode.h"

namespace components::otelcol::receiver_otlp {
namespace {

template <class FrontArguments>
bool same(const FrontArguments& a, const FrontArguments& b,
          const river::schema::BlockSchema& schema) {
  return river::schema::encode(schema, &a) == river::schema::encode(schema, &b);
}

}  // namespace

Receiver::Receiver(Context context, const Arguments& arguments)
    : context_(std::move(context)), first_(arguments), inbox_(context_) {}

base::Result<void> Receiver::start() {
  return update(first_);
}

template <class Front, class FrontArguments>
void Receiver::open(const std::optional<FrontArguments>& wanted,
                    const river::schema::BlockSchema& schema, std::string_view name,
                    Port<Front, FrontArguments>& port) {
  if (!wanted) {
    port = {};
    return;
  }
  if (port.front && same(*wanted, *port.used, schema)) return;
  if (port.front && wanted->endpoint.text == port.used->endpoint.text) port = {};
  auto opened = Front::listen(*wanted, inbox_);
  if (opened) {
    port = {std::move(*opened), wanted};
    context_.log.info("taking OTLP over {} at {}", name, port.front->address());
  } else {
    problem_ += fmt::format("{}{}: {}", problem_.empty() ? "" : "; ", name, opened.error().message);
  }
}

base::Result<void> Receiver::update(const Arguments& arguments) {
  if (auto updated = inbox_.update(arguments.output); !updated) return updated;
  problem_.clear();
  open(arguments.grpc, kGrpc, "gRPC", grpc_);
  open(arguments.http, kHttp, "HTTP", http_);
  return {};
}

/// The fronts are last: who waits hears from the inbox what became of the request.
void Receiver::stop() {
  inbox_.stop();
  if (grpc_.front) grpc_.front->stop();
  if (http_.front) http_.front->stop();
}

Health Receiver::health() const {
  if (problem_.empty()) return {Health::State::healthy, {}};
  return {Health::State::unhealthy, problem_};
}

}  // namespace components::otelcol::receiver_otlp
