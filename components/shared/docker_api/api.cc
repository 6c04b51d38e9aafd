#include "components/shared/docker_api/api.h"

#include <algorithm>
#include <utility>

#include "components/shared/docker_api/host_signature.h"

namespace components::docker_api {
namespace {

constexpr std::chrono::milliseconds kTimeoutMin{1};
constexpr std::chrono::milliseconds kTimeoutMax{30'000};

constexpr size_t kEventBytesMax = 1 << 20;

/// Calls on_event for each line of a body that arrives in pieces.
class EventLines {
 public:
  explicit EventLines(std::function<void(const Event&)> on_event)
      : on_event_(std::move(on_event)) {}

  bool feed(std::string_view piece) {
    for (size_t end = piece.find('\n'); end != piece.npos; end = piece.find('\n')) {
      line_.append(piece.substr(0, end));
      if (const auto event = parse_event(line_)) on_event_(*event);
      line_.clear();
      piece.remove_prefix(end + 1);
    }
    line_.append(piece);
    return line_.size() <= kEventBytesMax;
  }

 private:
  const std::function<void(const Event&)> on_event_;
  std::string line_;
};

/// An answer as `parse` reads it.
template <class T>
io::http::AsyncClient::OnDone parsed(std::string_view what,
                                     base::Result<T> (*parse)(std::string_view),
                                     AsyncApi::OnDone<T> on_done) {
  return [what, parse, on_done = std::move(on_done)](base::Result<io::http::Response> response) {
    const auto answer = expect_ok(std::move(response));
    if (!answer) return on_done(base::in_context(what, answer.error()));
    on_done(parse(answer->body));
  };
}

}  // namespace

base::Result<io::http::Response> expect_ok(base::Result<io::http::Response> response) {
  if (response && !response->ok())
    return base::fail("the daemon answers {}: {}", response->status, error_message(response->body));
  return response;
}

std::string list_target(const Filters& filters, bool all) {
  return fmt::format("/containers/json?all={}&filters={}", all ? 1 : 0,
                     io::http::percent_encoded(print_filters(filters)));
}

base::Result<Endpoint> endpoint(const std::string& host, const HttpClientArguments& http_client,
                                std::chrono::nanoseconds timeout) {
  const auto url = daemon_url(host, has_tls(http_client.tls_config));
  if (!url) return tl::unexpected(url.error());
  auto parsed = io::http::parse_url(*url);
  if (!parsed) return tl::unexpected(parsed.error());
  const auto wanted = std::chrono::duration_cast<std::chrono::milliseconds>(timeout);
  return Endpoint{std::move(*parsed), std::make_shared<HttpSettings>(http_client),
                  std::clamp(wanted, kTimeoutMin, kTimeoutMax)};
}

base::Result<std::vector<Container>> list_containers(const Endpoint& endpoint,
                                                     const Filters& filters, bool all,
                                                     const std::stop_token& stop) {
  HttpClient client(endpoint.url, endpoint.http);
  const auto answer =
      expect_ok(client.send({"GET", list_target(filters, all), {}, {}}, endpoint.timeout, stop));
  if (!answer) return base::in_context("list containers", answer.error());
  return parse_containers(answer->body);
}

AsyncApi::AsyncApi(io::Loop& loop, Endpoint endpoint)
    : endpoint_(std::move(endpoint)), client_(loop, endpoint_.url, endpoint_.http) {}

AsyncApi::Call AsyncApi::containers(const Filters& filters, bool all,
                                    OnDone<std::vector<Container>> on_done) {
  return client_.send({"GET", list_target(filters, all), {}, {}}, endpoint_.timeout,
                      parsed("list containers", &parse_containers, std::move(on_done)));
}

AsyncApi::Call AsyncApi::inspect(const std::string& id,
                                 OnDone<std::optional<ContainerState>> on_done) {
  return client_.send(
      {"GET", fmt::format("/containers/{}/json", io::http::percent_encoded(id)), {}, {}},
      endpoint_.timeout, [on_done = std::move(on_done)](base::Result<io::http::Response> response) {
        if (response && response->status == 404) return on_done(std::nullopt);
        const auto answer = expect_ok(std::move(response));
        if (!answer) return on_done(base::in_context("inspect container", answer.error()));
        auto state = parse_container_state(answer->body);
        if (!state) return on_done(tl::unexpected(state.error()));
        on_done(std::move(*state));
      });
}

AsyncApi::Call AsyncApi::follow_logs(const std::string& id, const std::string& since,
                                     io::http::OnData on_data, OnDone<bool> on_end) {
  return client_.stream(
      {"GET",
       fmt::format("/containers/{}/logs?stdout=1&stderr=1&follow=1&timestamps=1&since={}",
                   io::http::percent_encoded(id), since),
       {},
       {}},
      endpoint_.timeout, std::move(on_data),
      [on_end = std::move(on_end)](base::Result<io::http::Response> response) {
        if (response && response->status == 404) return on_end(false);
        const auto answer = expect_ok(std::move(response));
        if (!answer) return on_end(base::in_context("read the container's log", answer.error()));
        on_end(true);
      });
}

AsyncApi::Call AsyncApi::networks(OnDone<std::vector<Network>> on_done) {
  return client_.send({"GET", "/networks", {}, {}}, endpoint_.timeout,
                      parsed("list networks", &parse_networks, std::move(on_done)));
}

AsyncApi::Call AsyncApi::follow_events(const Filters& filters,
                                       std::chrono::system_clock::time_point since,
                                       std::function<void(const Event&)> on_event,
                                       std::function<void(const base::Error&)> on_end) {
  const auto since_s =
      std::chrono::duration_cast<std::chrono::seconds>(since.time_since_epoch()).count();
  std::string target = fmt::format("/events?since={}&filters={}", since_s,
                                   io::http::percent_encoded(print_filters(filters)));
  const auto lines = std::make_shared<EventLines>(std::move(on_event));
  return client_.stream(
      {"GET", std::move(target), {}, {}}, endpoint_.timeout,
      [lines](std::string_view piece) { return lines->feed(piece); },
      [on_end = std::move(on_end)](base::Result<io::http::Response> response) {
        const auto answer = expect_ok(std::move(response));
        on_end(answer ? base::Error{"follow events: the daemon ended them"}
                      : base::in_context("follow events", answer.error()).value());
      });
}

}  // namespace components::docker_api
