#pragma once
#include <string>
#include <string_view>

#include "components/loki/process/event_args_signature.h"
#include "components/loki/process/stage.h"
#include "telemetry/label_name.h"

namespace components::loki::process {

inline std::string_view without_blanks(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

/// What stage.eventlogmessage and stage.windowsevent have in common: values whose names turn up in
/// the message itself.
class EventValues {
 public:
  EventValues(const EventArgs& args, Names& names)
      : args_(args), source_(args.source, names), names_(names) {
    // Whether a value is there already is asked of every name.
    if (!args.overwrite_existing) names.read_matching(std::make_shared<const re2::RE2>("."));
  }

  std::optional<std::string_view> message(const Frame& frame, uint32_t row) const {
    return source_.text(frame, row);
  }

  /// Keeps a value under a name that is made one: `_` for what may not be in it.
  void set(Frame& frame, uint32_t row, std::string name, std::string_view value) const {
    if (!telemetry::is_label_name(name)) {
      if (args_.drop_invalid_labels) return;
      make_valid(name);
    }
    if (!args_.overwrite_existing && is_there(frame, row, name)) name += "_extracted";
    if (const auto slot = names_.find(name)) frame.set(row, *slot, value);
  }

 private:
  static void make_valid(std::string& name) {
    if (name.empty()) name.push_back('_');
    for (size_t i = 0; i < name.size(); ++i)
      if (!telemetry::is_label_name(std::string_view(name).substr(0, i + 1))) name[i] = '_';
  }

  bool is_there(const Frame& frame, uint32_t row, std::string_view name) const {
    if (const auto slot = names_.find(name)) return frame.has(row, *slot);
    return !frame.batch.labels(frame.batch.entries[row]).get(name).empty();
  }

  EventArgs args_;
  Source source_;
  const Names& names_;  // The pipeline's, complete when lines come.
};

}  // namespace components::loki::process
