#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "base/metrics.h"
#include "components/prometheus/receive_http/open_requests.h"
#include "components/prometheus/receive_http/signature.h"
#include "components/prometheus/shared/way.h"
#include "components/shared/http_server/receiver.h"
#include "telemetry/wire/remote_write.h"

namespace components::prometheus::receive_http {

/// The path of Grafana Alloy's component.
inline constexpr std::string_view kWritePath = "/api/v1/metrics/write";

/// Takes requests of remote write: each is answered when everything after it is done with its
/// samples. Update and stop from the control thread, the rest from any.
class Inbox {
 public:
  static constexpr std::string_view kTakes = "samples";
  /// Largest request, before and after decompression.
  static constexpr size_t kRequestBytesMax = 32 << 20;
  static io::http::Response late_answer() { return io::http::try_again("not delivered in time"); }

  explicit Inbox(const base::metrics::Scope& metrics);

  /// Fails when a thread cannot be had; may be called again then.
  base::Result<void> update(const Arguments& arguments);
  void begin_stop() { way_.begin_stop(); }
  void stop() { way_.stop(); }

  /// `reply` is called once, maybe before this returns; not at all for one that is sent again
  /// before its answer is known.
  void take(const io::http::Request& request, std::string body, const io::http::Reply& reply);

 private:
  /// The last time that a sample may have, from now: clocks differ.
  static constexpr int64_t kAheadMaxMs = 10 * 60 * 1000;
  /// Of one request.
  static constexpr size_t kSamplesMax = 500'000;

  void pass_on(const OpenRequests::Key& key, telemetry::wire::ReceivedWrite received);
  size_t drop_future(telemetry::SampleBatch& batch) const;

  Way way_;
  const telemetry::Flow::Counter invalid_;
  const telemetry::Flow::Counter out_of_bounds_;
  const std::shared_ptr<base::metrics::Counter> invalid_labels_;
  /// Samples that are on their way outlive this.
  const std::shared_ptr<OpenRequests> open_ = std::make_shared<OpenRequests>();
  bool is_running_ = false;
};

/// prometheus.receive_http: Prometheus' remote write 1 over HTTP/1.1.
using Receiver = HttpReceiver<Arguments, Inbox>;

}  // namespace components::prometheus::receive_http
