#include "components/loki/write/endpoint.h"

#include <algorithm>
#include <utility>

#include "components/loki/write/settings.h"

namespace components::loki::write {

Endpoint::Endpoint(const Context& context, SettingsPtr settings, uint64_t seed)
    : settings_(std::move(settings)),
      shared_settings_(settings_),
      metrics_(context.metrics, settings_->host()),
      blocks_(settings_->block_on_overflow),
      queue_(settings_->queue_bytes_max, metrics_),
      delivery_(metrics_, context.log, settings_, seed),
      sender_(queue_, metrics_, limits_, delivery_, shared_settings_) {
  metrics_.announce(settings_->endpoint.tenant_id);
}

base::Result<void> Endpoint::start() {
  if (thread_.joinable()) return {};
  auto thread = base::Thread::start("loki.write", [this] {
    sender_.run(abort_.get_token());
    is_finished_ = true;
  });
  if (!thread) return base::in_context(settings_->host(), thread.error());
  thread_ = std::move(*thread);
  return {};
}

void Endpoint::update(SettingsPtr settings) {
  settings_ = std::move(settings);
  shared_settings_.set(settings_);
  metrics_.set_host(settings_->host());
  metrics_.announce(settings_->endpoint.tenant_id);
  limits_.forget();
  blocks_ = settings_->block_on_overflow;
  queue_.set_capacity(settings_->queue_bytes_max);
  delivery_.update(settings_);
}

void Endpoint::close(Sender::OnStop on_stop, Clock::time_point deadline) {
  deadline_ = std::min(Clock::now() + settings_->drain_timeout, deadline);
  sender_.set_on_stop(on_stop);
  delivery_.finish_by(deadline_);
  queue_.close();
  delivery_.poke();
}

void Endpoint::stop() {
  abort_.request_stop();  // First: whoever is woken by the next line must see it.
  queue_.close();
  delivery_.poke();
  thread_.join();
}

bool Endpoint::offer(const BatchPtr& batch) {
  const Queue::Push result = queue_.try_push(batch);
  if (result == Queue::Push::full && blocks_) return false;
  count(*batch, result);
  return true;
}

void Endpoint::take(const BatchPtr& batch) {
  count(*batch, queue_.push(batch));
}

void Endpoint::count(const telemetry::LogBatch& batch, Queue::Push result) {
  metrics_.add_received(batch.entries.size());
  if (result == Queue::Push::closed) batch.ack.abandon();
  if (result == Queue::Push::full) overflow(batch);
}

void Endpoint::overflow(const telemetry::LogBatch& batch) {
  const auto settings = shared_settings_.get();
  for (const auto& [tenant, amount] : amounts_by_tenant(batch, 0, settings->endpoint.tenant_id))
    metrics_.add_dropped(tenant, drop_reason::kQueueIsFull, amount);
}

}  // namespace components::loki::write
