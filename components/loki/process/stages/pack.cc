#include <algorithm>

#include "components/loki/process/stages/kinds.h"
#include "components/loki/process/stages/label_memo.h"
#include "components/loki/process/stages/stage.h"
#include "telemetry/label_tracker.h"
#include "telemetry/text.h"

namespace components::loki::process::stages {

namespace schema = river::schema;
using schema::Need;

struct PackArgs {
  std::vector<std::string> labels;
  bool ingest_timestamp = true;
};

namespace {

constexpr schema::Field kPackFields[] = {
    schema::attr<&PackArgs::labels>("labels", Need::required, "Names to pack."),
    schema::attr<&PackArgs::ingest_timestamp>("ingest_timestamp", Need::optional,
                                              "Set the timestamp to now."),
};

/// {"label": "value", ..., "_entry": "line"}; what was packed leaves the label set.
class PackStage final : public Stage {
 public:
  PackStage(const PackArgs& args, Build& build)
      : names_(args.labels), ingest_timestamp_(args.ingest_timestamp), now_(build.watch) {
    std::sort(names_.begin(), names_.end());
    for (const std::string& name : names_) slots_.push_back(build.names.read(name));
  }

  void process(Frame& frame) override {
    const int64_t now_ns = now_.ns();
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
    const telemetry::Entry& entry = frame.batch.entries[row];
    std::string out = "{";
    for (size_t i = 0; i < names_.size(); ++i) {
      // A label that a stage in front has set is not among the extracted values.
      const std::string_view label = frame.batch.labels(entry).get(names_[i]);
      const auto value = frame.value(row, slots_[i]);
      if (!value && label.empty()) continue;
      telemetry::append_json_string(out, names_[i]);
      out += ':';
      telemetry::append_json_string(out, value.value_or(label));
      out += ',';
    }
    out += "\"_entry\":";
    telemetry::append_json_string(out, frame.line(row));
    return out += '}';
  }

  std::vector<std::string> names_;
  std::vector<Slot> slots_;
  bool ingest_timestamp_;
  const Now now_;
  LabelMemo memo_;
};

StagePointer make(const PackArgs& args, Build& build) {
  return std::make_unique<PackStage>(args, build);
}

void track(const PackArgs& args, telemetry::LabelTracker& labels) {
  note_line_change(labels);
  labels.erase_if([&](const std::string& name) {
    return std::find(args.labels.begin(), args.labels.end(), name) != args.labels.end();
  });
}

}  // namespace

constexpr StageKindOf<PackArgs> kPack = stage_kind<PackArgs, make, track>(
    "stage.pack", "Packs labels and extracted values into a JSON line.",
    schema::schema_of(kPackFields));

}  // namespace components::loki::process::stages
