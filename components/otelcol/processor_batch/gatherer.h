#pragma once
#include <atomic>
#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "base/thread.h"
#include "components/otelcol/processor_batch/signature.h"
#include "components/otelcol/shared/output.h"
#include "components/shared/memory.h"
#include "telemetry/flow.h"
#include "telemetry/otlp_batch.h"

namespace components::otelcol::processor_batch {

/// What gatherers of a component count, with the collector's names.
struct Counts {
  explicit Counts(const base::metrics::Scope& metrics);
  std::shared_ptr<base::metrics::Counter> size_triggers, timeout_triggers;
  std::shared_ptr<base::metrics::Histogram> sizes;
  std::shared_ptr<base::metrics::Gauge> cardinality;
};

/// Gathers the batches of one signal into larger ones, and hands these on in a thread of its own.
/// What waits is bounded: senders wait while there is too much of it. An ack is held until each
/// batch that its items went into is done.
///
/// Besides by size and time, a batch goes when none is on its way and nothing came for a moment
/// (kQuiet): senders wait for the ack before they send more, so that nothing more may come. SDKs,
/// which have one request at a time on the way, would send few a second otherwise.
class Gatherer {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr size_t kBytesMax = 8 << 20;
  static constexpr std::chrono::milliseconds kQuiet{1};

  Gatherer(telemetry::Signal signal, const Flows& flows, const Counts& counts, Output& output);
  ~Gatherer();
  Gatherer(const Gatherer&) = delete;
  Gatherer& operator=(const Gatherer&) = delete;

  // For the control thread.

  /// From now on, also for what waits.
  void update(const Arguments& arguments);
  /// Fails when there is no thread to be had; may be called again then, and when it runs.
  base::Result<void> start();
  /// What waits goes now; what comes is abandoned.
  void drain();
  bool is_drained() const;
  /// What still waits is abandoned.
  void stop();

  /// Blocks while too much waits. Any thread.
  void take(telemetry::OtlpBatch batch);

 private:
  /// Items whose senders have the same values of metadata_keys.
  struct Group {
    std::deque<telemetry::OtlpSlice> slices;
    std::deque<std::pair<size_t, telemetry::Ack>> acks;  ///< with the items that each stands for
    std::shared_ptr<const telemetry::OtlpClient> client;
    size_t items = 0;
    size_t bytes = 0;
  };
  using Key = std::vector<std::optional<std::vector<std::string>>>;
  struct Rules {
    std::chrono::nanoseconds timeout{0};
    size_t size = 0;
    size_t size_max = 0;
    std::vector<std::string> keys;
    size_t groups_max = 0;
  };
  enum class Trigger { size, timeout };
  /// The batches that were handed on and are not done. Their acks may outlive the gatherer.
  struct OnTheWay {
    std::atomic<size_t> batches{0};
    base::Mutex mutex;
    Gatherer* gatherer GUARDED_BY(mutex) = nullptr;
  };

  const telemetry::Flow& flow() const { return flows_.of(signal_); }
  Key key_of(const telemetry::OtlpBatch& batch) const REQUIRES_LOCK(mutex_);
  Group* group_of(const telemetry::OtlpBatch& batch) REQUIRES_LOCK(mutex_);
  bool is_full(const Group& group) const REQUIRES_LOCK(mutex_);
  std::optional<telemetry::OtlpBatch> next_batch() REQUIRES_LOCK(mutex_);
  telemetry::OtlpBatch cut(Group& group, Trigger trigger) REQUIRES_LOCK(mutex_);
  void set_bytes(Group& group, size_t bytes) REQUIRES_LOCK(mutex_);
  telemetry::Ack track(std::vector<telemetry::Ack> acks);
  Clock::time_point next_look() const REQUIRES_LOCK(mutex_);
  void wake();
  void abandon_all() REQUIRES_LOCK(mutex_);
  void run();

  const telemetry::Signal signal_;
  const Flows& flows_;
  const telemetry::Flow::Gauge held_;
  const telemetry::Flow::Gauge held_bytes_;
  const Counts& counts_;
  Output& output_;
  std::stop_source stopping_;
  const std::shared_ptr<OnTheWay> on_the_way_ = std::make_shared<OnTheWay>();

  mutable base::Mutex mutex_;
  base::Condition changed_;
  Rules rules_ GUARDED_BY(mutex_);
  std::map<Key, Group> groups_ GUARDED_BY(mutex_);
  size_t bytes_ GUARDED_BY(mutex_) = 0;  ///< that wait
  Clock::time_point flush_at_ GUARDED_BY(mutex_) = Clock::time_point::max();
  /// When the last batch came whose sender waits.
  Clock::time_point came_at_ GUARDED_BY(mutex_);
  bool is_draining_ GUARDED_BY(mutex_) = false;
  bool is_sending_ GUARDED_BY(mutex_) = false;
  bool is_closed_ GUARDED_BY(mutex_) = false;
  MemoryShare memory_{Memory::of_process(), Memory::Use::outboxes};
  base::Thread thread_;  // Last: it uses all of the above.
};

}  // namespace components::otelcol::processor_batch
