#include "components/loki/process/event_values.h"
#include "components/loki/process/stages.h"

namespace components::loki::process {
namespace {

/// Lines of `name: value`; what has no colon is passed over.
class EventLogMessageStage final : public Stage {
 public:
  EventLogMessageStage(const eventlogmessage::Args& args, Build& build)
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
                    without_blanks(line.substr(colon + 1)));
      }
    }
  }

 private:
  EventValues values_;
};

}  // namespace

StagePointer make_stage(const eventlogmessage::Args& args, Build& build) {
  return std::make_unique<EventLogMessageStage>(args, build);
}

}  // namespace components::loki::process
