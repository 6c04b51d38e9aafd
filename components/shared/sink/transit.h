#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "components/shared/sink/codec.h"
#include "components/shared/sink/payload.h"
#include "telemetry/ack.h"

namespace components::sink {

/// A batch that endpoints have in memory, and the log has not, or not as their own: what of it
/// each of them is done with. While it is not stored it holds the source's ack. It can be stored
/// later, when an endpoint turns out to be silent: then the source need not wait, and what the
/// endpoint is not done with is the record's until it is.
///
/// Endpoints go by the numbers of their feeders. Thread safe.
class Transit : public std::enable_shared_from_this<Transit> {
 public:
  Transit(PayloadPtr payload, telemetry::Ack ack)
      : payload_(std::move(payload)), ack_(std::move(ack)) {}

  /// Gives the batch, which goes to the endpoint next, and its shares acks of their own.
  void enter(uint64_t feeder, Batch& batch);
  /// The endpoint did not take it: the batch has no acks any more.
  void leave(uint64_t feeder, Batch& batch);
  /// No other endpoint is given it.
  void seal();

  /// Whether the endpoint was given it.
  bool was_given(uint64_t feeder) const;
  /// Whether the source needs it no more: all endpoints are done with it, or it is stored.
  bool is_settled() const;
  /// Whether the endpoint is not done with something of one of these lanes.
  bool holds(uint64_t feeder, const std::vector<Share>& lanes) const;

  /// What is to be stored, and who is told when it is durable; null when it is settled.
  struct Unstored {
    PayloadPtr payload;
    telemetry::Ack ack;
  };
  Unstored unstored() const;
  /// A record of the log has it, and the source's ack.
  void set_stored();
  /// Of a stored one the lanes that the endpoint is not done with, one share each.
  std::vector<Share> open_shares(uint64_t feeder) const;
  /// These shares' acks, which are the record's, are let go of as the endpoint is done with them.
  void bind(uint64_t feeder, std::vector<Share> shares);

 private:
  struct Part {
    uint64_t feeder = 0;
    std::string lane;
    bool is_done = false;
    bool is_abandoned = false;
    telemetry::Ack record_ack{};  ///< once bound
  };

  void resolve(uint64_t feeder, std::string_view lane, bool is_delivered) EXCLUDES_LOCK(mutex_);
  Unstored let_go() REQUIRES_LOCK(mutex_);
  Part* find(uint64_t feeder, std::string_view lane) REQUIRES_LOCK(mutex_);

  mutable base::Mutex mutex_;
  std::vector<Part> parts_ GUARDED_BY(mutex_);
  size_t open_ GUARDED_BY(mutex_) = 1;  ///< parts that are not done, and seal()
  PayloadPtr payload_ GUARDED_BY(mutex_);
  telemetry::Ack ack_ GUARDED_BY(mutex_);
};
using TransitPtr = std::shared_ptr<Transit>;

/// Batches that are in the memory of endpoints only, in the order in which they came from each
/// source. Not thread safe.
class Transits {
 public:
  /// An endpoint, and lanes of it.
  struct Lanes {
    uint64_t feeder = 0;
    std::vector<Share> shares;
  };

  void add(TransitPtr transit);
  /// Those of which one of these lanes is not done.
  std::vector<TransitPtr> of(const std::vector<Lanes>& all) const;
  /// Lets go of those that are done or stored.
  void sweep();
  void clear() { all_.clear(); }

 private:
  static constexpr size_t kSweepLeast = 64;

  std::vector<TransitPtr> all_;
  size_t sweep_at_ = kSweepLeast;  ///< number of them
};

}  // namespace components::sink
