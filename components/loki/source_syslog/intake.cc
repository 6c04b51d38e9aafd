#include "components/loki/source_syslog/intake.h"

#include <algorithm>
#include <utility>

namespace components::loki::source_syslog {

Intake::Intake(Outbox<telemetry::LogBatch>& next, const base::metrics::Scope& metrics)
    : next_(next), flow_(metrics, telemetry::Flow::kLines) {
  entries_ = metrics.counter("loki_source_syslog_entries_total", "Entries forwarded.");
  parsing_errors_ =
      metrics.counter("loki_source_syslog_parsing_errors_total",
                      "Messages that could not be parsed and were forwarded as received.");
  empty_ = metrics.counter("loki_source_syslog_empty_messages_total", "Messages without text.");
  truncated_ = metrics.counter("loki_source_syslog_truncated_messages_total",
                               "Messages that were cut because they were too long.");
}

std::span<char> Intake::room(size_t bytes) {
  auto& buffer = batch_.buffer;
  if (buffer.size() < taken_ + bytes)
    buffer.resize(std::max(taken_ + bytes, std::min(2 * buffer.size(), 2 * kBatchBytes)));
  batch_.entries.reserve(entries_typical_);
  return {buffer.data() + taken_, buffer.size() - taken_};
}

void Intake::flush() {
  count();
  if (batch_.entries.empty()) {
    taken_ = 0;
    batch_.label_sets.clear();
    return;
  }
  telemetry::LogBatch batch = std::exchange(batch_, {});
  batch.buffer.resize(std::exchange(taken_, 0));
  // A receiver may keep the batch: hand over no more memory than it fills.
  if (batch.buffer.capacity() > 2 * batch.buffer.size()) batch.buffer.shrink_to_fit();
  entries_typical_ = batch.entries.size();
  int64_t stamp = stamps_.take(batch.entries.size());
  for (auto& entry : batch.entries) {
    if (entry.timestamp_ns == 0) entry.timestamp_ns = stamp;
    ++stamp;
  }
  batch.ack = telemetry::Ack(
      [lost = lost_, count = batch.entries.size()](bool delivered) {
        if (!delivered) lost->add(count);
      },
      std::exchange(source_, telemetry::Ack::Source::connection));
  next_.put(std::move(batch));
}

void Intake::count() {
  const Counts counts = std::exchange(counts_, {});
  entries_->add(counts.entries);
  flow_.receive(counts.entries + counts.empty);
  if (counts.parsing_errors) parsing_errors_->add(counts.parsing_errors);
  if (counts.empty) {
    empty_->add(counts.empty);
    filtered_->add(counts.empty);
  }
  if (counts.truncated) truncated_->add(counts.truncated);
}

}  // namespace components::loki::source_syslog
