#include <algorithm>
#include <chrono>

#include "components/loki/process/label_memo.h"
#include "components/loki/process/stages.h"
#include "telemetry/json_text.h"

namespace components::loki::process {
namespace {

/// {"label": "value", ..., "_entry": "line"}; what was packed leaves the label set.
class PackStage final : public Stage {
 public:
  PackStage(const pack::Args& args, Build& build)
      : names_(args.labels), ingest_timestamp_(args.ingest_timestamp) {
    std::sort(names_.begin(), names_.end());
    for (const std::string& name : names_) slots_.push_back(build.names.read(name));
  }

  void process(Frame& frame) override {
    const int64_t now_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(
                               std::chrono::system_clock::now().time_since_epoch())
                               .count();
    for (const uint32_t row : frame.rows) {
      frame.entry(row).line = frame.put(packed(frame, row));
      if (ingest_timestamp_) frame.entry(row).timestamp_ns = now_ns;
      memo_.apply(frame, row, {}, [&](const telemetry::Labels& old) {
        telemetry::LabelsBuilder builder(old);
        for (const std::string& name : names_) builder.erase(name);
        return builder.build();
      });
    }
  }

 private:
  std::string packed(const Frame& frame, uint32_t row) const {
    std::string out = "{";
    for (size_t i = 0; i < names_.size(); ++i) {
      const auto value = frame.value(row, slots_[i]);
      if (!value) continue;
      telemetry::append_json_string(out, names_[i]);
      out += ':';
      telemetry::append_json_string(out, *value);
      out += ',';
    }
    out += "\"_entry\":";
    telemetry::append_json_string(out, frame.line(row));
    return out += '}';
  }

  std::vector<std::string> names_;
  std::vector<Slot> slots_;
  bool ingest_timestamp_;
  LabelMemo memo_;
};

}  // namespace

StagePointer make_stage(const pack::Args& args, Build& build) {
  return std::make_unique<PackStage>(args, build);
}

}  // namespace components::loki::process
