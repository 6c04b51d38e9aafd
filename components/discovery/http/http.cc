#include "components/discovery/http/http.h"

#include <algorithm>
#include <utility>

#include "base/number.h"
#include "base/text.h"
#include "components/discovery/shared/target_groups.h"

namespace components::discovery::http {
namespace {

constexpr size_t kBodyBytesMax = 64 << 20;
/// For an answer, at least: a short interval does not make a server quick.
constexpr std::chrono::nanoseconds kTimeoutLeast = std::chrono::seconds(10);

/// The url without what may be secret.
std::string shown(const Arguments& arguments, const io::http::Url& url) {
  return url.authorization.empty() ? arguments.url.text : url.host_header() + url.target;
}

}  // namespace

Poll::Poll(io::Loop& loop, Options options)
    : options_(std::move(options)),
      client_(loop, options_.url, options_.http, kBodyBytesMax),
      timer_(loop) {}

void Poll::fetch() {
  std::string interval;
  base::append_float(interval, std::chrono::duration<double>(options_.refresh_interval).count());
  const auto timeout = std::chrono::ceil<std::chrono::milliseconds>(std::clamp(
      options_.refresh_interval, kTimeoutLeast, std::chrono::nanoseconds(std::chrono::minutes(1))));
  base::Lock lock(mutex_);
  if (is_stopped_) return;
  call_ = client_.send(
      {"GET",
       options_.url.target,
       {{"Accept", "application/json"}, {"X-Prometheus-Refresh-Interval-Seconds", interval}},
       {}},
      timeout, [self = shared_from_this()](base::Result<io::http::Response> answer) {
        self->finish(std::move(answer));
      });
}

base::Result<river::schema::Targets> Poll::read(base::Result<io::http::Response> answer) const {
  if (!answer) return tl::unexpected(answer.error());
  if (answer->status != 200) return base::fail("HTTP {}", answer->status);
  const auto type = base::to_lower(io::http::find(answer->headers, "Content-Type"));
  if (!type.starts_with("application/json"))
    return base::fail("the answer has the type \"{}\", not application/json", type);
  auto targets = read_target_groups(answer->body, GroupSyntax::json);
  if (!targets) return targets;
  for (river::schema::Target& target : *targets) target = target.with("__meta_url", options_.label);
  return targets;
}

void Poll::finish(base::Result<io::http::Response> answer) {
  auto targets = read(std::move(answer));
  base::Lock lock(mutex_);
  if (is_stopped_) return;
  if (targets) {
    options_.on_targets(std::move(*targets));
    health_ = {Health::State::healthy, {}};
  } else {
    options_.failures->add(1);
    const std::string problem = fmt::format("{}: {}", options_.label, targets.error().message);
    if (health_.message != problem) options_.log.warn("{}; the targets stay as they were", problem);
    health_ = {Health::State::unhealthy, problem};
  }
  const auto pause = std::min<std::chrono::nanoseconds>(options_.refresh_interval, io::kWaitMax);
  timer_.set(io::Timer::Clock::now() + pause, [self = shared_from_this()] { self->fetch(); });
}

void Poll::stop() {
  std::shared_ptr<io::http::AsyncCall> call;  // It owns this, as this owns it.
  {
    base::Lock lock(mutex_);
    is_stopped_ = true;
    timer_.cancel();
    call.swap(call_);
  }
  if (call) call->cancel();
}

Health Poll::health() const {
  base::Lock lock(mutex_);
  return health_;
}

Http::Http(Context context, const Arguments& arguments)
    : Discovery(std::move(context), kSignature, arguments),
      failures_(this->context().metrics.counter("prometheus_sd_http_failures_total",
                                                "Lists of targets that could not be fetched.")) {}

base::Result<std::shared_ptr<Search>> Http::make(const Arguments& arguments) {
  auto url = io::http::parse_url(arguments.url.text);
  if (!url) return base::in_context("url", url.error());
  std::string label = shown(arguments, *url);
  return std::make_shared<Poll>(
      *context().loop, Poll::Options{.url = std::move(*url),
                                     .label = std::move(label),
                                     .http = std::make_shared<HttpSettings>(arguments.http_client),
                                     .refresh_interval = arguments.refresh_interval.value,
                                     .failures = failures_,
                                     .log = context().log,
                                     .on_targets = on_targets()});
}

}  // namespace components::discovery::http
