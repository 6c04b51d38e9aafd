#pragma once
#include <chrono>

#include "components/loki/source_syslog/decoder.h"
#include "components/loki/source_syslog/framer.h"
#include "components/loki/source_syslog/signature.h"

namespace components::loki::source_syslog {

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
