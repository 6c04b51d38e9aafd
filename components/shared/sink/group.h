#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "components/component.h"
#include "components/shared/sink/codec.h"
#include "components/shared/sink/disk_queue.h"
#include "components/shared/sink/endpoint.h"
#include "components/shared/sink/metrics.h"
#include "telemetry/batch.h"

namespace components::sink {

/// What the endpoints of a component are made of. A constant.
struct Protocol {
  std::string_view component;  ///< "loki.write"; its threads are called so
  std::string_view entries;    ///< what it sends, in messages: "lines"
  std::unique_ptr<Metrics> (*make_metrics)(const base::metrics::Scope& scope,
                                           const Settings& settings) = nullptr;
  /// The metrics are those of its endpoint, and outlive it.
  std::unique_ptr<Codec> (*make_codec)(Metrics& metrics) = nullptr;
  uint32_t record_kind = 0;  ///< of its disk queue
  Decode decode = nullptr;   ///< of the records there
};

/// An endpoint with its codec and its series. For the control thread.
class Member {
 public:
  Member(const Protocol& protocol, const Context& context, SettingsPtr settings, uint64_t seed);

  const Settings& settings() const { return *settings_; }
  const Metrics& metrics() const { return *metrics_; }
  /// Used from now on, also for what waits.
  void update(SettingsPtr settings);
  Endpoint& endpoint() { return endpoint_; }
  const Endpoint& endpoint() const { return endpoint_; }

 private:
  SettingsPtr settings_;
  std::unique_ptr<Metrics> metrics_;
  std::unique_ptr<Codec> codec_;
  Endpoint endpoint_;  // Last: its threads use the rest.
};

/// The endpoints of a component: each gets every batch, without a copy. For the control thread.
///
/// With a disk queue (docs/disk-queue.md) an endpoint that is slow or dead does not hold up the
/// others while there is room on disk. Without, it does not hold up the batch for the others, but
/// once its queue is full it holds up the sources, and so the next batches for all: memory is
/// bounded, and what a source can read again is not lost.
class Group {
 public:
  /// The door: for whoever has a reference to the component's receiver, which may outlive the
  /// component. Any thread.
  class Door {
   public:
    /// Hands the batch on to all endpoints; may block (disk_queue.h). Abandons it once closed.
    void receive(const PayloadPtr& payload, const telemetry::BatchHead& head);
    /// Abandons everything from now on.
    void close() { next_.set(nullptr); }

   private:
    friend class Group;
    struct Next {
      DiskTargets targets;
      std::shared_ptr<DiskQueue> queue;
    };
    base::Snapshot<Next> next_;
  };

  static constexpr std::chrono::seconds kDrainWithQueue{5};

  /// `wants_queue`: whether the component's arguments turn the disk queue on or off; nothing: as
  /// the agent does.
  Group(const Protocol& protocol, Context context, std::vector<SettingsPtr> all,
        std::optional<bool> wants_queue);
  ~Group() { door_->close(); }
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;

  const std::shared_ptr<Door>& door() const { return door_; }
  const Context& context() const { return context_; }

  base::Result<void> start();
  /// An endpoint that is still there keeps its queue: the same settings, else the same server, else
  /// the same name, else without a name the same index in the list. One that is gone has its
  /// drain_timeout to empty its queue, in the background; what is left then is dropped and counted.
  base::Result<void> update(const std::vector<SettingsPtr>& all, std::optional<bool> wants_queue);
  /// Every endpoint, also one that was removed, has its drain_timeout or until the deadline; with a
  /// disk queue, kDrainWithQueue at most.
  void drain(Clock::time_point deadline);
  bool is_drained() const;
  void stop();
  Health health() const;

 private:
  /// Of so many endpoints that are gone the counters stay.
  static constexpr size_t kGoneMax = 20;
  using Members = std::vector<std::shared_ptr<Member>>;

  std::shared_ptr<Member> make_member(SettingsPtr settings);
  void open_door();
  /// Whether the disk queue is on.
  bool queues() const;
  void make_queue();
  base::Result<void> set_up_queue();
  void release_retired();
  /// For each of the settings the member that goes on with them, taken out of `old`, or nothing.
  static Members take_successors(Members& old, const std::vector<SettingsPtr>& all);

  const Protocol& protocol_;
  const Context context_;
  std::optional<bool> wants_queue_;
  std::shared_ptr<Door> door_ = std::make_shared<Door>();
  std::shared_ptr<DiskQueue> queue_;  ///< when it is on, or something is left in it
  Clock::time_point deadline_ = Clock::time_point::max();  ///< of drain()
  Members members_;
  Members retired_;
  std::deque<std::shared_ptr<const void>> gone_;  ///< what was counted of them
  uint64_t seed_;
};

/// A component that is a group of endpoints: loki.write and its like.
template <class Arguments>
class GroupComponent : public ComponentOf<Arguments> {
 public:
  base::Result<void> start() override { return group_.start(); }
  void drain(Clock::time_point deadline) override { group_.drain(deadline); }
  bool is_drained() const override { return group_.is_drained(); }
  void stop() override { group_.stop(); }
  Health health() const override { return group_.health(); }

 protected:
  template <class... Of>
  explicit GroupComponent(Of&&... of) : group_(std::forward<Of>(of)...) {}

  Group group_;
};

}  // namespace components::sink
