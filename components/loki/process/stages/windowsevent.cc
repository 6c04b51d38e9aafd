#include "base/text.h"
#include "components/loki/process/stages/event_values.h"
#include "components/loki/process/stages/kinds.h"
#include "components/loki/process/stages/stage.h"

namespace components::loki::process::stages {

namespace schema = river::schema;

struct WindowsEventArgs {
  EventArgs event;
};

namespace {

constexpr schema::Field kWindowsEventFields[] = {schema::squash<&WindowsEventArgs::event>(kEvent)};

/// Sections between empty lines. The first is the description; in the others a line is
/// `name: value`, a name alone puts itself in front of the names below it, and a line without a
/// colon is one more value of the name above it.
class WindowsEventStage final : public Stage {
 public:
  WindowsEventStage(const WindowsEventArgs& args, Build& build)
      : values_(args.event, build.names) {}

  void process(Frame& frame) override {
    for (const uint32_t row : frame.rows) {
      const auto found = values_.message(frame, row);
      if (!found) continue;
      const std::string message(*found);  // Values are put into the buffer that it is a part of.
      read(frame, row, message);
    }
  }

 private:
  void read(Frame& frame, uint32_t row, std::string_view rest) {
    heading_.clear();
    name_ = "Description";
    value_.clear();
    bool is_first = true;
    while (!rest.empty()) {
      const size_t end = rest.find('\n');
      const std::string_view line = base::trimmed(rest.substr(0, end));
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
      if (line.empty()) {
        if (is_first && value_.empty()) continue;
        is_first = false;
        finish(frame, row);
        heading_.clear();
      } else if (is_first) {
        add(line, " ");
      } else {
        take(frame, row, line);
      }
    }
    finish(frame, row);
  }

  void take(Frame& frame, uint32_t row, std::string_view line) {
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) return add(line, ",");
    finish(frame, row);
    std::string name(line.substr(0, colon));
    std::erase(name, ' ');
    value_ = base::trimmed(line.substr(colon + 1));
    if (value_.empty())
      heading_ = name + "_";
    else
      name_ = heading_ + name;
  }

  void add(std::string_view more, std::string_view between) {
    if (name_.empty()) return;  // Text that belongs to no name.
    if (!value_.empty()) value_ += between;
    value_ += more;
  }

  void finish(Frame& frame, uint32_t row) {
    if (!value_.empty()) values_.set(frame, row, name_, value_);
    name_.clear();
    value_.clear();
  }

  EventValues values_;
  std::string heading_;  // In front of the names of this section.
  std::string name_;     // What is being read; empty: nothing.
  std::string value_;
};

StagePointer make(const WindowsEventArgs& args, Build& build) {
  return std::make_unique<WindowsEventStage>(args, build);
}

}  // namespace

constexpr StageKindOf<WindowsEventArgs> kWindowsEvent =
    stage_kind<WindowsEventArgs, make, track_extraction>(
        "stage.windowsevent", "Parses the message of a Windows event with its sections.",
        schema::schema_of(kWindowsEventFields));

}  // namespace components::loki::process::stages
