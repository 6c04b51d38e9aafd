#include "components/otelcol/receiver_otlp/receiver.h"

#include <utility>

#include "river/schema/decode.h"

namespace components::otelcol::receiver_otlp {
namespace {

/// Whether a listener must be opened anew.
template <class Front>
bool differs(const std::optional<Front>& a, const std::optional<Front>& b,
             const river::schema::BlockSchema& schema) {
  if (a.has_value() != b.has_value()) return true;
  return a && river::schema::encode(schema, &*a) != river::schema::encode(schema, &*b);
}

}  // namespace

Receiver::Receiver(Context context, const Arguments& arguments)
    : context_(std::move(context)), arguments_(arguments), inbox_(context_) {}

base::Result<void> Receiver::start() {
  return update(arguments_);
}

template <class Front, class FrontArguments>
void Receiver::open(const std::optional<FrontArguments>& wanted, std::string_view name,
                    std::unique_ptr<Front>& front) {
  if (!wanted || front) return;
  auto opened = Front::listen(*wanted, inbox_);
  if (opened) {
    front = std::move(*opened);
    context_.log.info("taking OTLP over {} at {}", name, front->address());
  } else {
    problem_ += fmt::format("{}{}: {}", problem_.empty() ? "" : "; ", name, opened.error().message);
  }
}

base::Result<void> Receiver::update(const Arguments& arguments) {
  if (auto updated = inbox_.update(arguments.output); !updated) return updated;
  if (differs(arguments_.grpc, arguments.grpc, kGrpc)) grpc_.reset();
  if (differs(arguments_.http, arguments.http, kHttp)) http_.reset();
  arguments_ = arguments;
  problem_.clear();
  open(arguments_.grpc, "gRPC", grpc_);
  open(arguments_.http, "HTTP", http_);
  return {};
}

/// The fronts are last: who waits hears from the inbox what became of the request.
void Receiver::stop() {
  inbox_.stop();
  if (grpc_) grpc_->stop();
  if (http_) http_->stop();
}

Health Receiver::health() const {
  if (problem_.empty()) return {Health::State::healthy, {}};
  return {Health::State::unhealthy, problem_};
}

}  // namespace components::otelcol::receiver_otlp
