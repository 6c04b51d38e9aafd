#include "components/loki/write/endpoint.h"

#include <utility>

#include "components/loki/write/settings.h"

namespace components::loki::write {

Endpoint::Endpoint(const Context& context, SettingsPtr settings, uint64_t seed)
    : settings_(std::move(settings)),
      shared_settings_(settings_),
      metrics_(context.metrics, settings_->host()),
      blocks_(settings_->endpoint.queue_config.block_on_overflow),
      queue_(settings_->endpoint.queue_config.capacity.bytes, metrics_),
      delivery_(queue_, metrics_, context.log, settings_, seed),
      sender_(queue_, metrics_, delivery_) {
  metrics_.announce(settings_->endpoint.tenant_id);
}

Endpoint::~Endpoint() {
  queue_.close();
  abort_.request_stop();
}

base::Result<void> Endpoint::start() {
  if (thread_.joinable()) return {};
  auto thread = base::Thread::start("loki.write", [this] {
    sender_.run(abort_.get_token());
    base::Lock lock(mutex_);
    is_finished_ = true;
    for_finish_.notify_all();
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
  blocks_ = settings_->endpoint.queue_config.block_on_overflow;
  queue_.set_capacity(settings_->endpoint.queue_config.capacity.bytes);
  delivery_.update(settings_);
}

void Endpoint::close(Sender::OnStop on_stop) {
  const auto drain = settings_->endpoint.queue_config.drain_timeout.value;
  deadline_ = Clock::now() + std::chrono::duration_cast<Clock::duration>(drain);
  sender_.set_on_stop(on_stop);
  delivery_.finish_by(deadline_);
  queue_.close();
}

bool Endpoint::finished() const {
  base::Lock lock(mutex_);
  return is_finished_ || !thread_.joinable();
}

void Endpoint::join() {
  if (!thread_.joinable()) return;
  {
    base::Lock lock(mutex_);
    for_finish_.wait_until(mutex_, deadline_, [&]() REQUIRES_LOCK(mutex_) { return is_finished_; });
  }
  abort_.request_stop();  // Nothing to cut short, unless a try is on the wire at the deadline.
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
    metrics_.add_dropped(tenant, drop_reason::kQueueIsFull, amount.entries, amount.bytes);
}

}  // namespace components::loki::write
