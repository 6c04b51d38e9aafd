#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "base/metrics.h"
#include "base/mutex.h"
#include "components/loki/source_api/requests.h"
#include "components/loki/source_api/signature.h"
#include "components/shared/batches.h"
#include "components/shared/http_server/receiver.h"
#include "components/shared/outbox.h"
#include "telemetry/flow.h"
#include "telemetry/relabel.h"

namespace components::loki::source_api {

/// Takes requests: each becomes a batch of its own, and is answered when everything after it is
/// done with it. Update and stop from the control thread, the rest from any.
class Inbox {
 public:
  static constexpr std::string_view kTakes = "lines";
  static constexpr size_t kRequestBytesMax = source_api::kRequestBytesMax;
  static io::http::Response late_answer();

  explicit Inbox(const base::metrics::Scope& metrics);

  /// Fails when a thread cannot be had; may be called again then.
  base::Result<void> update(const Arguments& arguments);
  void begin_stop() { outbox_.begin_stop(); }
  void stop() { outbox_.stop(); }

  void take(const io::http::Request& request, std::string body, const io::http::Reply& reply);

 private:
  /// Bursts of senders that do not wait for one another.
  static constexpr size_t kBytesMax = 16 << 20;

  /// What the arguments say of requests. Immutable.
  struct Rules {
    river::schema::LabelMap labels;
    std::shared_ptr<const RelabelRules> relabel;
    bool use_incoming_timestamp = false;
    size_t bytes_max = 0;
  };
  static telemetry::Labels labelled(const telemetry::Labels& pushed, const Rules& rules,
                                    bool is_raw, std::string_view tenant);

  void take_push(const Rules& rules, const io::http::Request& request, std::string body,
                 const io::http::Reply& reply);
  void take_raw(const Rules& rules, const io::http::Request& request, std::string body,
                const io::http::Reply& reply);
  void set_times(telemetry::LogBatch& batch);
  void pass_on(Pushed pushed, const io::http::Reply& reply);

  const telemetry::Flow flow_;
  const telemetry::Flow::Counter invalid_labels_ = flow_.dropped("invalid_labels");
  const telemetry::Flow::Counter filtered_ = flow_.filtered("relabel_rule");
  const std::shared_ptr<base::metrics::Counter> written_;
  Outbox<telemetry::LogBatch> outbox_{flow_, nullptr, kBytesMax};
  base::Snapshot<Rules> rules_;
  base::Mutex mutex_;
  UniqueTimestamps times_ GUARDED_BY(mutex_);
  bool is_running_ = false;
};

/// loki.source.api: Loki's push API over HTTP/1.1.
using Source = HttpReceiver<Arguments, Inbox>;

}  // namespace components::loki::source_api
