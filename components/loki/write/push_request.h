#pragma once
#include <atomic>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "components/loki/write/refusal.h"
#include "components/shared/sink/request.h"
#include "telemetry/wire/loki_push.h"

namespace components::loki::write {

/// What refusals teach about one server. Thread safe.
struct PushLimits {
  /// Halvings for one refused request: enough to find ten bad lines among ten thousand one by one.
  static constexpr size_t kSplitsMax = 128;

  std::atomic<size_t> request_bytes{std::numeric_limits<size_t>::max()};  ///< larger is too large
  /// Halvings for the next refused request: a server that accepts no line at all is asked less and
  /// less about single lines.
  std::atomic<size_t> splits{kSplitsMax};

  /// After a reload the server may be another one.
  void forget();
};

/// A push request of one tenant. Of a request that was refused, what the server does not accept is
/// looked for (refusal.h) and dropped alone.
class PushRequest final : public sink::Request {
 public:
  explicit PushRequest(PushLimits& limits) : limits_(limits) {}

  telemetry::wire::PushEncoder encoder;  ///< filled before anything of it is sent

  void reset() override;
  sink::Amount total() const override;
  sink::Amount rest() const override;
  bool is_done() const override { return is_done_; }
  sink::Amount part() const override;
  std::string_view body() override;
  void part_accepted() override;
  void part_dropped() override { next_part(); }
  std::vector<sink::Lost> refuse(std::string_view answer, bool too_large) override;

 private:
  void next_part();

  PushLimits& limits_;
  std::string body_;            ///< of the part; empty: not made yet
  std::optional<Parts> parts_;  ///< nothing: one part, with everything
  Parts::Entries part_;
  bool any_accepted_ = false;
  bool is_done_ = false;
};

}  // namespace components::loki::write
