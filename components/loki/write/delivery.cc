#include "components/loki/write/delivery.h"

#include <algorithm>
#include <limits>

#include "components/shared/http_client/client.h"

namespace components::loki::write {
namespace {

using sink::Action;

constexpr int64_t kTriesUntilUnhealthy = 3;
/// Halvings for one refused request: enough to find ten bad lines among ten thousand one by one.
constexpr size_t kSplitsMax = 128;

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
      seed_(seed),
      splits_max_(kSplitsMax),
      accepted_size_(std::numeric_limits<size_t>::max()) {}

void Delivery::update(SettingsPtr settings) {
  next_settings_.set(std::move(settings));
  queue_.poke();
}

const SettingsPtr& Delivery::settings() {
  auto next = next_settings_.get();
  if (next != settings_) {
    settings_ = std::move(next);
    client_.reset();
    splits_max_ = kSplitsMax;
    accepted_size_ = std::numeric_limits<size_t>::max();
  }
  return settings_;
}

size_t Delivery::request_bytes_max() const {
  return std::min<size_t>(settings_->endpoint.batch_size.bytes, accepted_size_);
}

void Delivery::set_health(Health::State state, std::string message) {
  if (const auto now = health_.get(); now->state == state && now->message == message) return;
  health_.set(std::make_shared<const Health>(Health{state, std::move(message)}));
}

Delivery::Undelivered Delivery::deliver(const std::string& tenant,
                                        const telemetry::wire::PushEncoder& encoder,
                                        std::stop_token abort) {
  const std::string body = encoder.finish();
  Answer answer;
  switch (send({tenant, body, encoder.entries(), encoder.bytes()}, abort, answer)) {
    case Fate::accepted:
    case Fate::dropped:
      return {};
    case Fate::time_over:
      return {encoder.entries(), encoder.bytes()};
    case Fate::refused:
      break;
  }
  return deliver_parts(tenant, encoder, abort, std::move(answer));
}

/// Sends a refused request without what is wrong in it.
Delivery::Undelivered Delivery::deliver_parts(const std::string& tenant,
                                              const telemetry::wire::PushEncoder& encoder,
                                              const std::stop_token& abort, Answer answer) {
  Parts parts(encoder, splits_max_);
  bool any_accepted = false;
  const auto refuse = [&](Parts::Entries part) {
    const bool too_large = answer.action == Action::halve;
    // The size that fits is learnt, so that not every request from now on has to be sent twice.
    if (too_large && part.size() > 1)
      accepted_size_ = std::min(accepted_size_, std::max<size_t>(bytes_of(part) / 2, 1));
    for (const Parts::Dropped& lost : parts.refuse(std::move(part), answer.body, too_large))
      drop(tenant, lost.reason, lost.entries.size(), bytes_of(lost.entries), answer.message);
  };
  refuse(encoder.encoded());
  while (auto part = parts.next()) {
    const std::string body = encoder.finish(*part);
    const Fate fate = send({tenant, body, part->size(), bytes_of(*part)}, abort, answer);
    if (fate == Fate::refused) refuse(std::move(*part));
    any_accepted = any_accepted || fate == Fate::accepted;
    if (fate != Fate::time_over) continue;
    Undelivered rest{part->size(), bytes_of(*part)};
    for (const Parts::Entries& waiting : parts.rest()) {
      rest.entries += waiting.size();
      rest.bytes += bytes_of(waiting);
    }
    return rest;
  }
  // A server that accepts no line at all is asked less and less about single lines.
  splits_max_ = any_accepted ? kSplitsMax : splits_max_ / 2;
  return {};
}

io::Backoff Delivery::new_backoff() {
  const EndpointArguments& endpoint = settings_->endpoint;
  return io::Backoff(milliseconds(endpoint.min_backoff_period),
                     milliseconds(endpoint.max_backoff_period), ++seed_);
}

Delivery::Fate Delivery::send(const Push& push, const std::stop_token& abort, Answer& answer) {
  SettingsPtr used = settings();
  io::Backoff backoff = new_backoff();
  for (int64_t tries = 1; !time_is_over() && !abort.stop_requested(); ++tries) {
    if (settings() != used) {
      used = settings_;
      backoff = new_backoff();
    }
    answer = attempt(push, abort);
    const int64_t tries_max = settings_->endpoint.max_backoff_retries.value_or(0);
    switch (answer.action) {
      case Action::accept:
        accepted(push, tries);
        return Fate::accepted;
      case Action::split:
      case Action::halve:
        return Fate::refused;
      case Action::drop:
        drop(push.tenant, drop_reason::kRateLimited, push.entries, push.bytes, answer.message);
        return Fate::dropped;
      case Action::retry:
      case Action::retry_loudly:
        break;
    }
    if (tries_max > 0 && tries >= tries_max) {
      drop(push.tenant, drop_reason::kIngesterError, push.entries, push.bytes, answer.message);
      return Fate::dropped;
    }
    metrics_.add_retry(push.tenant);
    pause(answer, backoff, tries);
  }
  return Fate::time_over;
}

Delivery::Answer Delivery::attempt(const Push& push, const std::stop_token& abort) {
  const Settings& now = *settings();
  if (!now.url) return {Action::retry_loudly, now.url.error().message, {}, {}};
  if (!client_)
    client_ = std::make_unique<io::http::Client>(*now.url, client_options(now.endpoint.http));
  auto headers = push_headers(now, push.tenant);
  if (!headers) return {Action::retry_loudly, headers.error().message, {}, {}};
  const auto start = Clock::now();
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_.load() - start);
  auto response = client_->send({"POST", now.url->target, std::move(*headers), push.body},
                                std::min(milliseconds(now.endpoint.remote_timeout), left), abort);
  const int status = response ? response->status : sink::kNoAnswer;
  metrics_.observe(push.tenant, status, Clock::now() - start);
  const sink::Rule rule = sink::rule_for(status, now.endpoint.retry_on_http_429);
  if (!response)
    return {rule.action, fmt::format("{} ({})", response.error().message, rule.advice), {}, {}};
  Answer answer{rule.action, {}, {}, {}};
  if (rule.action == Action::accept) return answer;
  answer.message = sink::describe(*response, rule);
  answer.retry_after = sink::retry_after(*response, std::chrono::system_clock::now());
  answer.body = std::move(response->body);
  return answer;
}

void Delivery::accepted(const Push& push, int64_t tries) {
  metrics_.add_sent(push.tenant, push.entries, push.body.size());
  if (tries > kTriesUntilUnhealthy)
    log_.info("{}: accepted after {} tries", settings_->host(), tries);
  set_health(Health::State::healthy, {});
}

void Delivery::drop(const std::string& tenant, std::string_view reason, uint64_t entries,
                    uint64_t bytes, const std::string& message) {
  metrics_.add_dropped(tenant, reason, entries, bytes);
  if (const uint64_t times = dropping_.due(Clock::now()))
    log_.error("{}: dropped {} lines, reason {} ({} drops since the last message): {}",
               settings_->host(), entries, reason, times, message);
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
  queue_.sleep_until(std::min(now + wait, deadline_.load()));
}

}  // namespace components::loki::write
