#include "base/text.h"
#include "components/loki/process/stages/event_values.h"
#include "components/loki/process/stages/kinds.h"
#include "components/loki/process/stages/stage.h"

namespace components::loki::process::stages {

namespace schema = river::schema;

struct EventLogMessageArgs {
  EventArgs event;
};

namespace {

constexpr schema::Field kEventLogMessageFields[] = {
    schema::squash<&EventLogMessageArgs::event>(kEvent)};

/// Lines of `name: value`; what has no colon is passed over.
class EventLogMessageStage final : public Stage {
 public:
  EventLogMessageStage(const EventLogMessageArgs& args, Build& build)
      : values_(args.event, build.names) {}

  void process(Frame& frame) override {
    for (const uint32_t row : frame.rows) {
      const auto found = values_.message(frame, row);
      if (!found) continue;
      const std::string message(*found);  // Values are put into the buffer that it is a part of.
      for (std::string_view rest = message; !rest.empty();) {
        const size_t end = rest.find("\r\n");
        const std::string_view line = rest.substr(0, end);
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 2);
        const size_t colon = line.find(':');
        if (colon == std::string_view::npos) continue;
        values_.set(frame, row, std::string(line.substr(0, colon)),
                    base::trimmed(line.substr(colon + 1)));
      }
    }
  }

 private:
  EventValues values_;
};

StagePointer make(const EventLogMessageArgs& args, Build& build) {
  return std::make_unique<EventLogMessageStage>(args, build);
}

}  // namespace

constexpr StageKindOf<EventLogMessageArgs> kEventLogMessage =
    stage_kind<EventLogMessageArgs, make, track_extraction>(
        "stage.eventlogmessage", "Parses the message of a Windows event.",
        schema::schema_of(kEventLogMessageFields));

}  // namespace components::loki::process::stages
