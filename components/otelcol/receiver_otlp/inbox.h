#pragma once
#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "components/component.h"
#include "components/otelcol/shared/output.h"
#include "components/shared/outbox.h"
#include "telemetry/otlp_batch.h"

namespace components::otelcol::receiver_otlp {

/// What becomes of a request, for its sender.
struct Outcome {
  enum class Code {
    accepted,     ///< it is safe: on disk, or at the backend
    invalid,      ///< nobody will ever take it
    too_large,    ///< nor this one
    unsupported,  ///< no component takes this signal
    busy,         ///< there is no room now: to be sent again
    undelivered   ///< it was given up on the way: to be sent again
  };
  Code code = Code::accepted;
  std::string message;
};

/// Where the requests of all protocols come together: each is checked, becomes a batch of its own,
/// and is answered when everything after it is done with it. Signals do not wait for one another.
///
/// Without any consumer it takes everything, counts and drops it: a fleet may instrument its
/// services before it has a store for traces. With some, a signal without one is refused.
class Inbox {
 public:
  using Done = std::function<void(const Outcome& outcome)>;

  explicit Inbox(const Context& context);

  // For the control thread.

  /// Fails when a thread cannot be had; may be called again then.
  base::Result<void> update(const OutputArguments& output);
  /// Takes nothing from now on. What waits goes on for a moment; then its senders are told to send
  /// it again.
  void begin_stop();
  /// Waits for that.
  void stop();

  // Any thread.

  /// Takes a request that is out of its transport's encodings. `done` is called once, maybe before
  /// this returns, and must not block.
  void take(telemetry::Signal signal, std::string request,
            std::shared_ptr<const telemetry::OtlpClient> client, Done done);

 private:
  /// Of one signal.
  struct Way {
    explicit Way(telemetry::Flow flow) : outbox(std::move(flow), nullptr, kBytesMax) {}
    /// Bursts of senders that do not wait for one another.
    static constexpr size_t kBytesMax = 8 << 20;

    Outbox<telemetry::OtlpBatch> outbox;
    std::atomic<bool> has_consumer{false};
    bool is_running = false;
  };

  const base::Logger log_;
  const Flows flows_;
  const std::shared_ptr<base::metrics::Counter> repaired_;
  std::array<Way, 3> ways_;  // by signal
};

}  // namespace components::otelcol::receiver_otlp
