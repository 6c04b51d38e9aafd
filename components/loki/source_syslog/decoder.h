#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <string_view>

#include "base/metrics.h"
#include "components/loki/source_syslog/framer.h"
#include "components/loki/source_syslog/label_maker.h"
#include "components/loki/source_syslog/parse.h"
#include "components/loki/source_syslog/signature.h"
#include "components/shared/trial.h"
#include "telemetry/log_batch.h"

namespace components::loki::source_syslog {

/// Counts of what passed; added to the metrics once per batch.
struct Counts {
  uint64_t entries = 0;
  uint64_t parsing_errors = 0;  ///< forwarded as received, with the connection's labels only
  uint64_t empty = 0;
  uint64_t truncated = 0;
};

/// Turns messages of one listener into entries. What does not parse becomes an entry as it was
/// received: nothing is lost for being malformed. One thread.
class Decoder {
 public:
  explicit Decoder(const Listener& listener) : listener_(listener) {
    if (listener.rfc3164_cisco_components) cisco_ = *listener.rfc3164_cisco_components;
  }

  /// Adds the entry of one message, whose bytes lie in `batch.buffer`. A time that the message does
  /// not bring stays 0, to be filled in for the whole batch.
  void add(std::string_view bytes, const Origin& origin, LabelMaker& labels,
           telemetry::LogBatch& batch, Counts& counts) const;
  /// The time that messages without a year are of, in the place of the clock's.
  void set_now(int64_t now_ns) { now_ns_ = now_ns; }

 private:
  bool parse(std::string_view bytes, Message& message, bool& is_rfc5424) const;
  int64_t timestamp(const Message& message) const;

  const Listener& listener_;
  CiscoComponents cisco_;
  std::optional<int64_t> now_ns_;
};

/// What a listener makes of bytes that arrive, without sockets; for `cfgc test`.
Receive receive(const Listener& listener, std::shared_ptr<const RelabelRules> rules);

using Clock = std::chrono::steady_clock;

/// How one listener treats what it receives. Shared by its socket and its connections; replaced by
/// another one when the listener's arguments change.
struct Plan {
  explicit Plan(const Listener& arguments) : listener(arguments), decoder(listener) {}
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;

  const Listener listener;
  const Decoder decoder;  // Refers to listener.
  Framer::Options framing() const;
};

/// Whether a descriptor has more to read.
enum class Next {
  wait,   ///< nothing now
  again,  ///< there may be more at once
  close,  ///< nothing any more
};

}  // namespace components::loki::source_syslog
