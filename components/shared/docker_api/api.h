#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "components/shared/docker_api/containers.h"
#include "components/shared/http_client/client.h"

namespace components::docker_api {

/// How to reach a daemon.
struct Endpoint {
  io::http::Url url;
  std::shared_ptr<HttpSettings> http;    ///< of no meaning for Unix sockets
  std::chrono::milliseconds timeout{0};  ///< of calls that end
};

/// Reads a `host` argument: unix:///path, tcp://host:port, http:// or https://. tcp:// is https
/// when certificates are configured. The timeout is at most kTimeoutMax.
base::Result<Endpoint> endpoint(const std::string& host, const HttpClientArguments& http_client,
                                std::chrono::nanoseconds timeout);

/// The answer, or the daemon's own words as an error.
base::Result<io::http::Response> expect_ok(base::Result<io::http::Response> response);

/// What to ask for a list of containers.
std::string list_target(const Filters& filters, bool all);

/// Containers that the filters let through; with `all` also those that do not run. Blocks; a stop
/// request ends it at once with an error.
base::Result<std::vector<Container>> list_containers(const Endpoint& endpoint,
                                                     const Filters& filters, bool all,
                                                     const std::stop_token& stop);

/// The calls of the Docker API that components make, on the event loop. Callbacks come from the
/// loop, never from within a call here; a call that was cancelled ends with an error, too. The loop
/// outlives it.
class AsyncApi {
 public:
  using Call = std::shared_ptr<io::http::AsyncCall>;
  template <class T>
  using OnDone = std::function<void(base::Result<T>)>;

  AsyncApi(io::Loop& loop, Endpoint endpoint);

  /// Containers that the filters let through; with `all` also those that do not run.
  Call containers(const Filters& filters, bool all, OnDone<std::vector<Container>> on_done);
  /// Nothing when there is no such container.
  Call inspect(const std::string& id, OnDone<std::optional<ContainerState>> on_done);
  /// The container's output with timestamps, from `since` on (a decimal number of seconds) for as
  /// long as it runs. False: there is no such container. True: the log ended in order.
  Call follow_logs(const std::string& id, const std::string& since, io::http::OnData on_data,
                   OnDone<bool> on_end);
  Call networks(OnDone<std::vector<Network>> on_done);

  /// Calls `on_event` for each event that the filters let through, from `since` on, without end:
  /// `on_end` always gets an error.
  Call follow_events(const Filters& filters, std::chrono::system_clock::time_point since,
                     std::function<void(const Event&)> on_event,
                     std::function<void(const base::Error&)> on_end);

 private:
  const Endpoint endpoint_;
  AsyncHttpClient client_;
};

}  // namespace components::docker_api
