#include "components/loki/process/stages/container_line.h"
#include "components/loki/process/stages/json_scanner.h"
#include "components/loki/process/stages/kinds.h"
#include "components/loki/process/stages/stage.h"

namespace components::loki::process::stages {

namespace schema = river::schema;

struct DockerArgs {};

namespace {

using telemetry::Slice;

/// {"log": "text\n", "stream": "stdout", "time": "2024-05-01T12:00:00.1Z"}
class DockerStage final : public Stage {
 public:
  explicit DockerStage(Build& build)
      : output_(build.names.write("output")),
        stream_(build.names.write("stream")),
        timestamp_(build.names.write("timestamp")) {
    scanner_.want({{.key = "log"}}, kLog);
    scanner_.want({{.key = "stream"}}, kStream);
    scanner_.want({{.key = "time"}}, kTime);
  }

  void process(Frame& frame) override {
    for (const uint32_t row : frame.rows) parse(frame, row);
  }

 private:
  enum Target : uint32_t { kLog, kStream, kTime, kTargets };

  void parse(Frame& frame, uint32_t row) {
    if (!scanner_.scan(frame.line(row))) return;
    JsonKind kinds[kTargets] = {};
    Slice values[kTargets] = {};
    for (const JsonFound& found : scanner_.found()) {
      if (found.kind != JsonKind::string && found.kind != JsonKind::escaped_string) continue;
      kinds[found.target] = found.kind;
      values[found.target] = frame.slice_of(found.raw);
    }
    if (values[kLog].size == 0) return;
    for (uint32_t i = 0; i < kTargets; ++i)
      if (kinds[i] == JsonKind::escaped_string)
        values[i] = frame.put(unescape_json(frame.batch.text(values[i])));
    frame.entry(row).line = values[kLog];
    set_if_read(frame, row, output_, values[kLog]);
    if (values[kStream].size > 0) {
      set_if_read(frame, row, stream_, values[kStream]);
      lines_.set_stream(frame, row, values[kStream]);
    }
    if (values[kTime].size == 0) return;
    set_if_read(frame, row, timestamp_, values[kTime]);
    if (const auto ns = lines_.time_ns(frame.batch.text(values[kTime])))
      frame.entry(row).timestamp_ns = *ns;
  }

  JsonScanner scanner_;
  ContainerLine lines_;
  std::optional<Slot> output_;
  std::optional<Slot> stream_;
  std::optional<Slot> timestamp_;
};

StagePointer make(const DockerArgs&, Build& build) {
  return std::make_unique<DockerStage>(build);
}

void track(const DockerArgs&, telemetry::LabelTracker& labels) {
  ContainerLine::track(labels);
}

}  // namespace

constexpr StageKindOf<DockerArgs> kDocker = stage_kind<DockerArgs, make, track>(
    "stage.docker", "Parses lines as Docker's json-file driver writes them.",
    schema::schema_of({}));

}  // namespace components::loki::process::stages
