#pragma once
#include <memory>
#include <span>
#include <string_view>

#include "base/metrics.h"
#include "components/loki/source_syslog/decoder.h"
#include "components/shared/batches.h"
#include "components/shared/outbox.h"
#include "telemetry/flow.h"
#include "telemetry/log_batch.h"

namespace components::loki::source_syslog {

/// The batch that is being filled by all connections of the component. Sockets are read straight
/// into its buffer and messages parsed where they lie, so a line is copied once, by the kernel. One
/// thread.
class Intake {
 public:
  /// A batch is passed on when it has so many bytes, or when no socket has more.
  static constexpr size_t kBatchBytes = 256 << 10;

  Intake(Outbox<telemetry::LogBatch>& next, const base::metrics::Scope& metrics);

  /// Room for at least `bytes` behind what is taken. Views into the batch end here.
  std::span<char> room(size_t bytes);
  /// Takes the first `bytes` of the room.
  void take(size_t bytes) { taken_ += bytes; }
  /// Some of it came as datagrams: while its receivers make the component wait, more are lost.
  void note_datagrams() { source_ = telemetry::Ack::Source::fleeting; }
  bool is_full() const { return taken_ >= kBatchBytes; }
  size_t taken() const { return taken_; }

  telemetry::LogBatch& batch() { return batch_; }
  Counts& counts() { return counts_; }
  const telemetry::Flow& flow() const { return flow_; }

  /// Passes the batch on.
  void flush();

 private:
  void count();

  Outbox<telemetry::LogBatch>& next_;
  UniqueTimestamps stamps_;
  telemetry::LogBatch batch_;
  size_t taken_ = 0;
  telemetry::Ack::Source source_ = telemetry::Ack::Source::connection;
  size_t entries_typical_ = 0;
  Counts counts_;
  const telemetry::Flow flow_;
  const telemetry::Flow::Counter filtered_ = flow_.filtered("empty_message");
  const telemetry::Flow::Counter lost_ = flow_.lost();
  std::shared_ptr<base::metrics::Counter> entries_, parsing_errors_, empty_, truncated_;
};

}  // namespace components::loki::source_syslog
