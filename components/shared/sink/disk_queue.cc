#include "components/shared/sink/disk_queue.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

namespace components::sink {
namespace {

using io::segment_log::Append;

/// Pause between tries of what the disk or the kernel refuses.
constexpr std::chrono::seconds kDiskPause{1};
constexpr std::chrono::seconds kOpenPause{5};

/// One batch on its way to the endpoints of a store.
class Delivery {
 public:
  Delivery(DiskStore& store, const PayloadPtr& payload, const telemetry::BatchHead& head)
      : store_(store),
        payload_(payload),
        head_(head),
        in_memory_(std::make_shared<Transit>(payload, head.ack)),
        waiting_(store.feeders()) {}
  ~Delivery() {
    if (is_given_ && !is_stored_) store_.note(in_memory_);
    in_memory_->seal();
  }
  Delivery(const Delivery&) = delete;
  Delivery& operator=(const Delivery&) = delete;

  bool is_done() const { return waiting_.empty(); }

  /// Gives it to those that keep up, have room and, unless `also_silent`, accept something.
  void offer(std::chrono::milliseconds silence_max, bool also_silent) {
    std::erase_if(waiting_, [&](const auto& feeder) {
      BatchPtr batch = batch_for(*feeder);
      if (!feeder->is_direct(*batch)) return false;
      if (!also_silent && Clock::now() >= silent_at(*feeder, *batch, silence_max)) return false;
      return give(*feeder, batch, Clock::time_point::min()) == Queue::Push::taken;
    });
  }

  /// For the only endpoint: nobody else waits meanwhile.
  void wait_until_silent(std::chrono::milliseconds silence_max) {
    if (waiting_.size() != 1 || store_.feeders().size() != 1) return;
    Feeder& feeder = *waiting_.front();
    BatchPtr batch = batch_for(feeder);
    while (feeder.is_direct(*batch)) {
      const auto until = silent_at(feeder, *batch, silence_max);
      if (Clock::now() >= until) return;
      const auto soon = Clock::now() + silence_max;  // Something may wait no more.
      const auto result = give(feeder, batch, std::min(until, soon));
      if (result == Queue::Push::taken) waiting_.clear();
      if (result != Queue::Push::full) return;
    }
  }

  /// What is stored for an endpoint that has no room is read back: it costs more than the little
  /// time that a backend which keeps up needs to make room.
  void wait_for_memory(std::chrono::milliseconds patience) {
    const auto until = Clock::now() + patience;
    for (const auto& feeder : waiting_) feeder->wait_while_close(head_.stop, until);
  }

  /// The source ends, and no endpoint has it: it is read again, as what comes after it.
  bool is_to_give_up() const { return !is_given_ && head_.stop.stop_requested(); }
  void give_up() {
    for (const auto& feeder : waiting_) {
      feeder->endpoint()->count_stored(payload_->entries());
      feeder->endpoint()->leave_stored(payload_->entries());
    }
    head_.ack.abandon();
  }

  /// Until it is stored, or all endpoints have it, or the source stops.
  void store(DiskStore::Pieces pieces) {
    const auto behind = lanes_behind();
    for (;;) {
      const auto [status, bytes] =
          store_.append({payload_, pieces, head_.ack, is_given_ ? in_memory_ : nullptr}, behind);
      is_stored_ = status == Append::Status::written;
      if (is_stored_) return;
      offer({}, /*also_silent=*/true);
      // What a sink that ends did not get is read again next time.
      if (std::erase_if(waiting_, is_closed) > 0) head_.ack.abandon();
      if (is_done()) return;
      if (head_.stop.stop_requested()) return give_up();
      const auto until = Clock::now() + kDiskPause;
      if (status == Append::Status::full)
        store_.wait_for_room(bytes, head_.stop, until);
      else
        take_until(*waiting_.front(), until);
    }
  }

 private:
  /// When one of the batch's lanes is silent.
  static Clock::time_point silent_at(const Feeder& feeder, const Batch& batch,
                                     std::chrono::milliseconds silence_max) {
    auto since = Clock::time_point::max();
    for (const Share& share : batch.shares)
      since = std::min(since, feeder.endpoint()->silence_of(share.lane).since);
    return since == Clock::time_point::max() ? since : since + silence_max;
  }
  static bool is_closed(const std::shared_ptr<Feeder>& feeder) {
    return feeder->endpoint()->is_closed();
  }

  BatchPtr batch_for(const Feeder& feeder) const {
    return feeder.endpoint()->route(payload_, {}, head_.stop);
  }

  /// Waits for room until then.
  Queue::Push give(Feeder& feeder, BatchPtr& batch, Clock::time_point until) {
    in_memory_->enter(feeder.number(), *batch);
    const auto result = until == Clock::time_point::min()
                            ? feeder.endpoint()->try_take(batch)
                            : feeder.endpoint()->take_until(batch, until);
    if (result == Queue::Push::taken)
      is_given_ = true;
    else
      in_memory_->leave(feeder.number(), *batch);
    return result;
  }

  /// What its source has sent before, for the same lanes of those that have no room or are silent.
  std::vector<Transits::Lanes> lanes_behind() const {
    std::vector<Transits::Lanes> all;
    if (!head_.ack.can_read_again()) return all;  // No position waits for it.
    for (const auto& feeder : waiting_)
      all.push_back({feeder->number(), batch_for(*feeder)->shares});
    return all;
  }

  /// In memory mode: waits for one, the next turn offers to the others.
  void take_until(Feeder& feeder, Clock::time_point until) {
    BatchPtr batch = batch_for(feeder);
    if (!feeder.is_direct(*batch)) return feeder.wait_until_direct(*batch, head_.stop, until);
    if (give(feeder, batch, until) == Queue::Push::taken) waiting_.erase(waiting_.begin());
  }

  DiskStore& store_;
  const PayloadPtr& payload_;
  const telemetry::BatchHead& head_;
  const TransitPtr in_memory_;  ///< of those that have it
  DiskStore::Feeders waiting_;
  bool is_given_ = false;  ///< to one
  bool is_stored_ = false;
};

}  // namespace

void hand_to_all(const PayloadPtr& payload, const telemetry::BatchHead& head,
                 const DiskTargets& targets) {
  // Those with room first: a full queue must not keep this batch from the others.
  std::vector<std::pair<Endpoint*, BatchPtr>> full;
  for (const auto& target : targets) {
    BatchPtr batch = target.endpoint->route(payload, head.ack, head.stop);
    if (!target.endpoint->offer(batch)) full.emplace_back(target.endpoint.get(), std::move(batch));
  }
  for (auto& [endpoint, batch] : full) endpoint->take(std::move(batch));
}

DiskQueue::DiskQueue(DiskOptions options, const base::metrics::Scope& metrics, base::Logger log)
    : options_(std::move(options)), metrics_(metrics), log_(std::move(log)) {}

base::Result<void> DiskQueue::start() {
  if (thread_.joinable()) return {};
  auto thread = base::Thread::start("queue setup", [this] { run(); });
  if (!thread) return base::in_context("disk queue", thread.error());
  thread_ = std::move(*thread);
  return {};
}

void DiskQueue::set_targets(DiskTargets targets) {
  base::Lock lock(mutex_);
  targets_.set(std::make_shared<const DiskTargets>(std::move(targets)));
  changed_.notify_all();
}

void DiskQueue::set_appends(bool appends) {
  base::Lock lock(mutex_);
  appends_ = appends;
  changed_.notify_all();
}

void DiskQueue::close() {
  base::Lock lock(mutex_);
  is_closing_ = true;
  changed_.notify_all();
}

void DiskQueue::stop() {
  close();
  thread_.join();
  base::Lock lock(mutex_);
  is_closed_ = true;  // Also when it was never started.
  changed_.notify_all();
}

bool DiskQueue::is_closed() const {
  base::Lock lock(mutex_);
  return is_closed_ || !thread_.joinable();
}

Health DiskQueue::health() const {
  base::Lock lock(mutex_);
  std::string error = error_;
  if (store_)
    if (const auto health = store_->health(); !health) error = health.error().message;
  if (error.empty()) return {Health::State::healthy, {}};
  return {Health::State::unhealthy, error + "; what waits for a backend is in memory only"};
}

/// A batch that is being received.
class DiskQueue::Receiving {
 public:
  explicit Receiving(DiskQueue& queue) : queue_(queue) {
    base::Lock lock(queue_.mutex_);
    ++queue_.receiving_;
  }
  ~Receiving() {
    base::Lock lock(queue_.mutex_);
    if (--queue_.receiving_ == 0 && queue_.is_closing_) queue_.changed_.notify_all();
  }
  Receiving(const Receiving&) = delete;
  Receiving& operator=(const Receiving&) = delete;

  /// The open log with feeders for all targets; nothing when it is off, closed or cannot be had.
  std::shared_ptr<DiskStore> wait_for_store(const std::stop_token& stop) {
    base::Lock lock(queue_.mutex_);
    const auto is_set_up = [&]() REQUIRES_LOCK(queue_.mutex_) {
      return queue_.store_ && queue_.applied_ == queue_.targets_.get();
    };
    queue_.changed_.wait(queue_.mutex_, stop, [&]() REQUIRES_LOCK(queue_.mutex_) {
      return !queue_.appends_ || queue_.is_closed_ || !queue_.error_.empty() || is_set_up();
    });
    return queue_.appends_ && is_set_up() ? queue_.store_ : nullptr;
  }

 private:
  DiskQueue& queue_;
};

void DiskQueue::receive(const PayloadPtr& payload, const telemetry::BatchHead& head) {
  Receiving receiving(*this);
  const auto store = receiving.wait_for_store(head.stop);
  if (store == nullptr) return hand_to_all(payload, head, *targets_.get());
  Delivery delivery(*store, payload, head);
  if (head.ack.can_read_again()) {
    delivery.offer(options_.silence_max, /*also_silent=*/false);
    delivery.wait_until_silent(options_.silence_max);
    if (delivery.is_done()) return;
    if (delivery.is_to_give_up()) return delivery.give_up();
  } else if (head.ack.can_wait()) {
    delivery.wait_for_memory(options_.patience);
  }
  payload->encode([&](DiskStore::Pieces pieces) { delivery.store(pieces); });
}

// The thread.

void DiskQueue::run() {
  bool is_complete = false;
  for (;;) {
    {
      base::Lock lock(mutex_);
      const auto may_close = [&]() REQUIRES_LOCK(mutex_) { return is_closing_ && receiving_ == 0; };
      const auto has_news = [&]() REQUIRES_LOCK(mutex_) {
        return may_close() || (store_ && applied_ != targets_.get());
      };
      if (is_complete)
        changed_.wait(mutex_, has_news);
      else if (store_ || !error_.empty())
        changed_.wait_until(mutex_, Clock::now() + kOpenPause, has_news);
      if (may_close()) break;
    }
    is_complete = set_up();
  }
  shut();
}

/// False when it is to be tried again.
bool DiskQueue::set_up() {
  std::shared_ptr<DiskStore> store;
  const auto targets = targets_.get();
  {
    base::Lock lock(mutex_);
    store = store_;
  }
  if (store == nullptr) {
    auto opened = DiskStore::open(options_, metrics_, log_);
    if (!opened) {
      base::Lock lock(mutex_);
      if (error_.empty()) log_.error("{}", opened.error().message);
      error_ = opened.error().message;
      changed_.notify_all();
      return false;
    }
    store = std::move(*opened);
    store->adopt_cursors(*targets);
  }
  const auto gone = store->set_targets(*targets);
  const auto started = store->start_feeders();
  {
    base::Lock lock(mutex_);
    store_ = store;
    applied_ = targets;
    error_ = started ? "" : started.error().message;
    changed_.notify_all();
  }
  store->retire(gone);
  return started.has_value();
}

void DiskQueue::shut() {
  std::shared_ptr<DiskStore> store;
  {
    base::Lock lock(mutex_);
    store.swap(store_);
    changed_.notify_all();
  }
  if (store) store->release();
  store = nullptr;
  base::Lock lock(mutex_);
  is_closed_ = true;
}

}  // namespace components::sink
