#pragma once
#include <functional>
#include <vector>

#include "components/component.h"
#include "components/pyroscope/receive_http/signature.h"
#include "components/shared/http_server/listener.h"
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

  explicit Inbox(const base::metrics::Scope& metrics);

  // For the control thread.

  /// Fails when a thread cannot be had; may be called again then.
  base::Result<void> update(const Arguments& arguments);
  void begin_stop() { outbox_.begin_stop(); }
  void stop() { outbox_.stop(); }

  // Any thread.

  /// False, and `done` is not called: there is no room now.
  bool take(std::vector<telemetry::Profile> profiles, Done done);

 private:
  /// Bursts of senders that do not wait for one another.
  static constexpr size_t kBytesMax = 16 << 20;

  const telemetry::Flow flow_;
  Outbox<telemetry::ProfileBatch> outbox_{flow_, nullptr, kBytesMax};
  bool is_running_ = false;
};

/// pyroscope.receive_http: push.v1 over Connect and /ingest, over HTTP/1.1.
class Receiver final : public ComponentOf<Arguments> {
 public:
  Receiver(Context context, const Arguments& arguments);

  base::Result<void> start() override { return update(first_); }
  void drain(Clock::time_point) override { inbox_.begin_stop(); }
  void stop() override;
  bool is_incomplete() const override { return !listener_.problem().empty(); }
  Health health() const override { return listener_.health(); }

 protected:
  base::Result<void> update(const Arguments& arguments) override;

 private:
  const Context context_;
  const Arguments first_;
  Inbox inbox_;
  HttpListener listener_;
};

}  // namespace components::pyroscope::receive_http
