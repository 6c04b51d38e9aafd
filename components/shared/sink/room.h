#pragma once
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "components/shared/sink/request.h"
#include "telemetry/ack.h"

namespace components::sink {

/// What a batch holds for one lane.
struct Share {
  std::string lane;  ///< LaneId::key
  Amount amount;
  telemetry::Ack ack{};  ///< of these entries alone; none: that of the batch is
};

Amount total(const std::vector<Share>& shares);

/// How the bytes of a queue are shared out to lanes.
///
/// A lane that is alone may hold all of them. When others hold something, a lane may grow while
/// what it would hold is no more than what is left over; so one that is stuck gets half at most,
/// two get a third each, and there is always as much left for those that move. (Fixed parts for a
/// fixed number of lanes were rejected: one tenant is the usual case.) What a lane took while it
/// was alone counts as half from then on.
///
/// A lane that holds nothing may take one batch of any size, until all lanes together hold twice
/// the capacity. The number of lanes is bounded, too: names of tenants may come from log lines.
/// Not thread safe.
class Room {
 public:
  static constexpr size_t kLanesMax = 1000;

  explicit Room(size_t capacity) : capacity_(capacity) {}

  /// Bytes of memory that an amount stands for.
  static size_t cost(const Amount& amount);

  bool has_room(const Share& share) const;
  void take(const std::string& name, const Amount& amount);
  /// Gives back what was taken, in pieces or whole.
  void give_back(const std::string& name, const Amount& amount);
  void set_capacity(size_t bytes);
  /// Since when the lane holds something of which nothing was given back; max(): it holds nothing.
  Clock::time_point idle_since(const std::string& lane) const;
  /// Bytes that all lanes hold.
  size_t held() const { return held_; }
  size_t lanes() const { return lanes_.size(); }

 private:
  /// What a lane counts for in the share of others.
  size_t counted(size_t bytes) const;
  struct Lane {
    size_t held = 0;
    Clock::time_point idle_since;
  };
  void change(Lane& lane, size_t bytes);

  size_t capacity_;
  size_t held_ = 0;
  size_t counted_ = 0;  ///< sum over all lanes
  std::map<std::string, Lane> lanes_;
};

}  // namespace components::sink
