#pragma once
#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/http/message.h"
#include "telemetry/ack.h"

namespace components::sink {

using Clock = std::chrono::steady_clock;

/// How much: entries (lines, samples, spans), and bytes of them as the protocol counts.
struct Amount {
  uint64_t entries = 0;
  uint64_t bytes = 0;

  Amount& operator+=(const Amount& other) {
    entries += other.entries;
    bytes += other.bytes;
    return *this;
  }
};

/// Requests with the same id go one after the other, in order; others do not wait for them.
struct LaneId {
  std::string key;     ///< what the protocol keeps apart: a tenant
  uint32_t epoch = 0;  ///< one with a larger number waits until those of the same key are done
  uint32_t shard = 0;

  auto operator<=>(const LaneId&) const = default;
};

/// What was dropped of a refused request, and the value of the label `reason` for it, a constant.
struct Lost {
  std::string_view reason;
  Amount amount;
};

/// Entries that are sent together, encoded, and the acks of the batches they came from. A protocol
/// derives its own, which also says how entries are added.
///
/// It is sent in parts, one after the other. At first one part holds everything; a part that the
/// server refuses is replaced by smaller ones. Not thread safe: whoever collects hands it over to
/// whoever sends.
class Request {
 public:
  Request() = default;
  virtual ~Request() = default;
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

  /// Empties it, to be filled again; it keeps its buffers.
  virtual void reset() = 0;

  /// All that was added to it.
  virtual Amount total() const = 0;
  /// What was neither accepted nor dropped yet.
  virtual Amount rest() const = 0;
  /// Whether that is nothing.
  virtual bool is_done() const = 0;

  /// The part to send now.
  virtual Amount part() const = 0;
  /// Its body, compressed; made when it is asked for first. Valid until the part is dealt with.
  virtual std::string_view body() = 0;
  /// Path and query that the part is sent to; `base`: those of the endpoint's url.
  virtual std::string target(const std::string& base) const { return base; }
  /// What the headers must say of the body, where that is not the same for all requests of the
  /// protocol: settings may change between the encoding and a retry.
  virtual io::http::Headers body_headers() const { return {}; }
  /// What the server did not take of a part that it accepted, as it says in its answer.
  virtual std::optional<Lost> rejected_by(std::string_view /*answer*/) const {
    return std::nullopt;
  }
  virtual void part_accepted() = 0;
  virtual void part_dropped() = 0;
  /// The server does not accept the part: `too_large` says that only its size is wrong, `answer`
  /// is the body of its answer. Gives back what is dropped; the rest is to be sent again.
  virtual std::vector<Lost> refuse(std::string_view answer, bool too_large) = 0;

  std::vector<telemetry::Ack> acks;
  Clock::time_point since;  ///< when its oldest entry came
  /// No entry of it names a lane: it goes to the one that the settings name when it is sent.
  bool is_own = true;
};

}  // namespace components::sink
