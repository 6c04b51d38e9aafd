#include "components/loki/write/delivery.h"

#include <algorithm>
#include <charconv>

#include "components/shared/http_client/client.h"

namespace components::loki::write {
namespace {

constexpr size_t kAnswerBytesShown = 1024;
constexpr int64_t kTriesUntilUnhealthy = 3;
constexpr std::chrono::seconds kRetryAfterMax{3600};

/// The first line of an answer's body.
std::string_view first_line(std::string_view body) {
  return body.substr(0, std::min(body.find_first_of("\r\n"), kAnswerBytesShown));
}

/// Retry-After in its form of seconds; the form of a date is not looked at.
std::chrono::seconds retry_after(const io::http::Response& response) {
  const std::string_view text = io::http::find(response.headers, "Retry-After");
  int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size() || seconds < 0) return {};
  return std::min(std::chrono::seconds(seconds), kRetryAfterMax);
}

std::chrono::milliseconds milliseconds(river::schema::Duration duration) {
  return std::chrono::ceil<std::chrono::milliseconds>(duration.value);
}

}  // namespace

Delivery::Delivery(Queue& queue, Metrics& metrics, base::Logger log, SettingsPtr settings,
                   uint64_t seed)
    : queue_(queue),
      metrics_(metrics),
      log_(std::move(log)),
      next_settings_(std::move(settings)),
      health_(std::make_shared<const Health>(Health{Health::State::healthy, {}})),
      seed_(seed) {}

void Delivery::update(SettingsPtr settings) {
  next_settings_.set(std::move(settings));
  queue_.poke();
}

const SettingsPtr& Delivery::settings() {
  auto next = next_settings_.get();
  if (next != settings_) {
    settings_ = std::move(next);
    client_.reset();
  }
  return settings_;
}

void Delivery::set_health(Health::State state, std::string message) {
  if (const auto now = health_.get(); now->state == state && now->message == message) return;
  health_.set(std::make_shared<const Health>(Health{state, std::move(message)}));
}

Delivery::Fate Delivery::deliver(const Push& push, std::stop_token abort) {
  const EndpointArguments& first = settings()->endpoint;
  io::Backoff backoff(milliseconds(first.min_backoff_period),
                      milliseconds(first.max_backoff_period), ++seed_);
  for (int64_t tries = 1; !time_is_over() && !abort.stop_requested(); ++tries) {
    const Outcome outcome = attempt(push, abort);
    const int64_t tries_max = settings_->endpoint.max_backoff_retries.value_or(0);
    if (outcome.verdict == Verdict::delivered) {
      succeed(push, tries);
      return Fate::delivered;
    }
    if (outcome.verdict == Verdict::retry && (tries_max <= 0 || tries < tries_max)) {
      metrics_.tenant(push.tenant).retries->add(1);
      pause(outcome, backoff, tries);
      continue;
    }
    drop(push, outcome.verdict == Verdict::rate_limited ? Drop::rate_limited : Drop::ingester_error,
         outcome.message);
    return Fate::dropped;
  }
  return Fate::time_over;
}

Delivery::Outcome Delivery::attempt(const Push& push, const std::stop_token& abort) {
  const Settings& now = *settings();
  if (!now.url) return {Verdict::retry, now.url.error().message, {}};
  if (!client_)
    client_ = std::make_unique<io::http::Client>(*now.url, client_options(now.endpoint.http));
  auto headers = push_headers(now, push.tenant);
  if (!headers) return {Verdict::retry, headers.error().message, {}};
  const auto start = Clock::now();
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_.load() - start);
  const auto response =
      client_->send({"POST", now.url->target, std::move(*headers), push.body},
                    std::min(milliseconds(now.endpoint.remote_timeout), left), abort);
  metrics_.observe(push.tenant, response ? response->status : -1, Clock::now() - start);
  if (!response) return {Verdict::retry, response.error().message, {}};
  return judge(*response);
}

Delivery::Outcome Delivery::judge(const io::http::Response& response) const {
  if (response.ok()) return {Verdict::delivered, {}, {}};
  Outcome outcome{Verdict::refused,
                  fmt::format("HTTP {} {}", response.status, first_line(response.body)),
                  retry_after(response)};
  const int kind = response.status / 100;
  if (response.status == 429)
    outcome.verdict =
        settings_->endpoint.retry_on_http_429 ? Verdict::retry : Verdict::rate_limited;
  else if (kind == 5 || kind == 3)  // A redirect is a mistake in a config that can be put right.
    outcome.verdict = Verdict::retry;
  return outcome;
}

void Delivery::succeed(const Push& push, int64_t tries) {
  const Metrics::Tenant& counts = metrics_.tenant(push.tenant);
  counts.sent_entries->add(push.entries);
  counts.sent_bytes->add(push.body.size());
  if (tries > kTriesUntilUnhealthy)
    log_.info("{}: takes lines again after {} tries", settings_->host(), tries);
  set_health(Health::State::healthy, {});
}

void Delivery::drop(const Push& push, Drop why, const std::string& message) {
  metrics_.tenant(push.tenant).lost(why).add(push.entries, push.bytes);
  if (const uint64_t times = dropping_.ripe(Clock::now()))
    log_.error("{}: dropped {} lines ({} requests since last said): {}", settings_->host(),
               push.entries, times, message);
  set_health(Health::State::unhealthy, fmt::format("{}: {}", settings_->host(), message));
}

/// Sleeps between two tries.
void Delivery::pause(const Outcome& outcome, io::Backoff& backoff, int64_t tries) {
  const auto now = Clock::now();
  if (const uint64_t times = failing_.ripe(now))
    log_.warn("{}: not delivered, trying again ({} failures since last said): {}",
              settings_->host(), times, outcome.message);
  if (tries >= kTriesUntilUnhealthy)
    set_health(Health::State::unhealthy, fmt::format("{}: {}", settings_->host(), outcome.message));
  const std::chrono::milliseconds wait =
      std::max<std::chrono::milliseconds>(backoff.next(), outcome.retry_after);
  queue_.sleep_until(std::min(now + wait, deadline_.load()));
}

}  // namespace components::loki::write
