#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "components/pyroscope/receive_http/signature.h"
#include "components/shared/http_server/receiver.h"
#include "components/shared/outbox.h"
#include "telemetry/flow.h"
#include "telemetry/profile_batch.h"

namespace components::pyroscope::receive_http {

/// Where requests of both kinds come together: each becomes a batch of its own, and is answered
/// when everything after it is done with it.
class Inbox {
 public:
  /// Whether the profiles are safe, on disk or at the backend. Called once.
  using Done = std::function<void(bool delivered)>;

  static constexpr std::string_view kTakes = "profiles";
  /// Largest request, before and after decompression.
  static constexpr size_t kRequestBytesMax = 32 << 20;
  static io::http::Response late_answer();

  explicit Inbox(const base::metrics::Scope& metrics);

  // For the control thread.

  /// Fails when a thread cannot be had; may be called again then.
  base::Result<void> update(const Arguments& arguments);
  void begin_stop() { outbox_.begin_stop(); }
  void stop() { outbox_.stop(); }

  // Any thread.

  void take(const io::http::Request& request, std::string body, const io::http::Reply& reply);
  /// False, and `done` is not called: there is no room now.
  bool put(std::vector<telemetry::Profile> profiles, Done done);

 private:
  /// Bursts of senders that do not wait for one another.
  static constexpr size_t kBytesMax = 16 << 20;

  const telemetry::Flow flow_;
  Outbox<telemetry::ProfileBatch> outbox_{flow_, nullptr, kBytesMax};
  bool is_running_ = false;
};

/// pyroscope.receive_http: push.v1 over Connect and /ingest, over HTTP/1.1.
using Receiver = HttpReceiver<Arguments, Inbox>;

}  // namespace components::pyroscope::receive_http
