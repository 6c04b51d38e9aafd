#include "components/shared/http_server/listener.h"

#include <algorithm>
#include <utility>

#include "components/shared/http_client/settings.h"
#include "river/schema/decode.h"

namespace components {
namespace {

constexpr int64_t kConnectionsMax = 16384;
constexpr int64_t kConnectionsMost = 1 << 20;

/// 0 is no limit for Go's servers, and means the default here.
void set_server_timeout(river::schema::Duration duration, std::chrono::seconds& timeout) {
  if (duration.value.count() > 0) timeout = std::chrono::ceil<std::chrono::seconds>(duration.value);
}

io::http::Server::Options with_arguments(io::http::Server::Options options,
                                         const HttpServerArguments& arguments) {
  const int64_t connections = arguments.conn_limit > 0 ? arguments.conn_limit : kConnectionsMax;
  options.connections_max = static_cast<int>(std::min(connections, kConnectionsMost));
  set_server_timeout(arguments.server_read_timeout, options.request_timeout);
  set_server_timeout(arguments.server_idle_timeout, options.idle_timeout);
  std::chrono::seconds answer_timeout = options.answer_timeout;
  set_server_timeout(arguments.server_write_timeout, answer_timeout);
  options.answer_timeout = std::min(answer_timeout, options.answer_timeout);
  if (arguments.tls) options.tls = tls_options(arguments.tls->config());
  return options;
}

}  // namespace

HttpListener::HttpListener(io::http::Server::Options options, io::http::DeferredHandler handler)
    : options_(std::move(options)), handler_(std::move(handler)) {}

bool HttpListener::update(const HttpServerArguments& arguments) {
  using river::schema::encode;
  problem_.clear();
  if (server_ && encode(kHttpServer, &arguments) == encode(kHttpServer, &*used_)) return false;
  if (server_ && arguments.address() == used_->address()) server_.reset();
  auto opened =
      io::http::Server::listen(arguments.address(), with_arguments(options_, arguments), handler_);
  if (!opened) {
    problem_ = opened.error().message;
    return false;
  }
  server_ = std::move(*opened);
  used_ = arguments;
  return true;
}

Health HttpListener::health() const {
  if (problem_.empty()) return {Health::State::healthy, {}};
  return {Health::State::unhealthy, problem_};
}

void HttpListener::stop() {
  if (server_) server_->stop();
}

}  // namespace components
