#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/rfc3339.h"
#include "components/loki/process/stages/label_memo.h"
#include "components/loki/process/stages/stage.h"
#include "telemetry/label_tracker.h"
#include "telemetry/text.h"

namespace components::loki::process::stages {

/// What stage.docker and stage.cri have in common: lines that carry a time and a stream in front.
class ContainerLine {
 public:
  /// Nanoseconds since the epoch of an RFC 3339 time.
  static std::optional<int64_t> time_ns(std::string_view text) { return base::parse_rfc3339(text); }

  static void track(telemetry::LabelTracker& labels) {
    constexpr std::string_view kStreams[] = {"stdout", "stderr"};
    labels.extract();
    note_line_change(labels);
    labels.set_from_line("stream", kStreams);
  }

  /// Sets the label `stream`, unless it is not UTF-8. The value is a part of the batch's buffer.
  void set_stream(Frame& frame, uint32_t row, telemetry::Slice stream) {
    const telemetry::Slice values[1] = {stream};
    memo_.apply(frame, row, values, [&](const telemetry::Labels& old) {
      const std::string_view value = frame.batch.text(stream);
      if (!telemetry::is_utf8(value)) return old;
      telemetry::LabelsBuilder builder(old);
      builder.set("stream", value);
      return builder.build();
    });
  }

 private:
  LabelMemo memo_;
};

/// Puts an extracted value where somebody reads it.
inline void set_if_read(Frame& frame, uint32_t row, std::optional<Slot> slot,
                        telemetry::Slice value) {
  if (slot) frame.set(row, *slot, value);
}

}  // namespace components::loki::process::stages
