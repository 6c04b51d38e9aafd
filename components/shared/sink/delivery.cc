#include "components/shared/sink/delivery.h"

#include <algorithm>

#include "base/version.h"
#include "components/shared/http_client/client.h"

namespace components::sink {
namespace {

constexpr int64_t kTriesUntilUnhealthy = 3;

/// Those of the protocol, of authentication, and those that were asked for. Fails when a file with
/// a secret cannot be read.
base::Result<io::http::Headers> headers_of(const Settings& settings, const std::string& lane) {
  io::http::Headers headers = settings.protocol_headers(lane);
  headers.push_back({"User-Agent", fmt::format("Tributary/{}", base::kVersion)});
  auto asked = request_headers(settings.http);
  if (!asked) return asked;
  headers.insert(headers.end(), asked->begin(), asked->end());
  // Those that the client sets itself stay what they are.
  for (const auto& [name, value] : settings.extra_headers)
    if (io::http::find(headers, name).empty()) headers.push_back({name, value});
  return headers;
}

}  // namespace

Delivery::Delivery(Metrics& metrics, base::Logger log, SettingsPtr settings, uint64_t seed)
    : metrics_(metrics),
      log_(std::move(log)),
      next_settings_(std::move(settings)),
      health_(std::make_shared<const Health>(Health{Health::State::healthy, {}})),
      seed_(seed) {}

void Delivery::update(SettingsPtr settings) {
  next_settings_.set(std::move(settings));
  poke();
}

void Delivery::poke() {
  base::Lock lock(mutex_);
  is_poked_ = true;
  for_poke_.notify_one();
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

Amount Delivery::deliver(const std::string& lane, Request& request, std::stop_token abort) {
  while (!request.is_done()) {
    Answer answer;
    switch (send(lane, request, abort, answer)) {
      case Fate::accepted:
        request.part_accepted();
        break;
      case Fate::dropped:
        request.part_dropped();
        break;
      case Fate::refused:
        for (const Lost& lost : request.refuse(answer.body, answer.action == Action::halve))
          drop(lane, lost, answer.message);
        break;
      case Fate::time_over:
        return request.rest();
    }
  }
  return {};
}

io::Backoff Delivery::new_backoff() {
  return io::Backoff(settings_->min_backoff, settings_->max_backoff, ++seed_);
}

Delivery::Fate Delivery::send(const std::string& lane, Request& request,
                              const std::stop_token& abort, Answer& answer) {
  SettingsPtr used = settings();
  io::Backoff backoff = new_backoff();
  for (int64_t tries = 1; !time_is_over() && !abort.stop_requested(); ++tries) {
    if (settings() != used) {
      used = settings_;
      backoff = new_backoff();
    }
    answer = attempt(lane, request, abort);
    const int64_t tries_max = settings_->tries_max;
    switch (answer.action) {
      case Action::accept:
        accepted(lane, request, tries);
        return Fate::accepted;
      case Action::split:
      case Action::halve:
        return Fate::refused;
      case Action::drop:
        drop(lane, {drop_reason::kRateLimited, request.part()}, answer.message);
        return Fate::dropped;
      case Action::retry:
      case Action::retry_loudly:
        break;
    }
    if (tries_max > 0 && tries >= tries_max) {
      drop(lane, {drop_reason::kIngesterError, request.part()}, answer.message);
      return Fate::dropped;
    }
    metrics_.add_retry(lane);
    pause(answer, backoff, tries);
  }
  return Fate::time_over;
}

Delivery::Answer Delivery::attempt(const std::string& lane, Request& request,
                                   const std::stop_token& abort) {
  const Settings& now = *settings();
  if (!now.url) return {Action::retry_loudly, now.url.error().message, {}, {}};
  if (!client_) client_ = std::make_unique<io::http::Client>(*now.url, client_options(now.http));
  auto headers = headers_of(now, lane);
  if (!headers) return {Action::retry_loudly, headers.error().message, {}, {}};
  const auto start = Clock::now();
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_.load() - start);
  auto response = client_->send({"POST", now.url->target, std::move(*headers), request.body()},
                                std::min(now.remote_timeout, left), abort);
  const int status = response ? response->status : kNoAnswer;
  metrics_.observe(lane, status, Clock::now() - start);
  const Rule rule = rule_for(status, now.retry_on_http_429);
  if (!response)
    return {rule.action, fmt::format("{} ({})", response.error().message, rule.advice), {}, {}};
  Answer answer{rule.action, {}, {}, {}};
  if (rule.action == Action::accept) return answer;
  answer.message = describe(*response, rule);
  answer.retry_after = retry_after(*response, std::chrono::system_clock::now());
  answer.body = std::move(response->body);
  return answer;
}

void Delivery::accepted(const std::string& lane, Request& request, int64_t tries) {
  metrics_.add_sent(lane, request.part().entries, request.body().size());
  if (tries > kTriesUntilUnhealthy)
    log_.info("{}: accepted after {} tries", settings_->host(), tries);
  set_health(Health::State::healthy, {});
}

void Delivery::drop(const std::string& lane, const Lost& lost, const std::string& message) {
  metrics_.add_dropped(lane, lost.reason, lost.amount);
  if (const uint64_t times = dropping_.due(Clock::now()))
    log_.error("{}: dropped {} lines, reason {} ({} drops since the last message): {}",
               settings_->host(), lost.amount.entries, lost.reason, times, message);
  set_health(Health::State::unhealthy,
             fmt::format("{}: dropped lines: {}", settings_->host(), message));
}

/// Sleeps between two tries.
void Delivery::pause(const Answer& answer, io::Backoff& backoff, int64_t tries) {
  const auto now = Clock::now();
  if (const uint64_t times = failing_.due(now))
    log_.warn("{}: push failed, will retry ({} failures since the last message): {}",
              settings_->host(), times, answer.message);
  if (tries >= kTriesUntilUnhealthy || answer.action == Action::retry_loudly)
    set_health(Health::State::unhealthy, fmt::format("{}: {}", settings_->host(), answer.message));
  const std::chrono::milliseconds wait =
      std::max<std::chrono::milliseconds>(backoff.next(), answer.retry_after);
  base::Lock lock(mutex_);
  for_poke_.wait_until(mutex_, std::min(now + wait, deadline_.load()),
                       [&]() REQUIRES_LOCK(mutex_) { return is_poked_; });
  is_poked_ = false;
}

}  // namespace components::sink
