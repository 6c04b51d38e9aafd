#pragma once
#include <string>
#include <string_view>

#include "components/loki/process/stages/stage.h"
#include "river/schema/field.h"
#include "telemetry/text.h"

namespace components::loki::process::stages {

/// What stage.eventlogmessage and stage.windowsevent take.
struct EventArgs {
  std::string source = "message";
  bool drop_invalid_labels = false;
  bool overwrite_existing = false;
};

inline constexpr river::schema::Field kEventFields[] = {
    river::schema::attr<&EventArgs::source>("source", river::schema::Need::optional,
                                            "Extracted value to parse."),
    river::schema::attr<&EventArgs::drop_invalid_labels>(
        "drop_invalid_labels", river::schema::Need::optional,
        "Drop names that are not label names instead of changing them."),
    river::schema::attr<&EventArgs::overwrite_existing>(
        "overwrite_existing", river::schema::Need::optional,
        "Replace extracted values of the same name."),
};

inline constexpr river::schema::BlockSchema kEvent = river::schema::schema_of(kEventFields);

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
    if (!base::is_label_name(name)) {
      if (args_.drop_invalid_labels) return;
      name = telemetry::valid_label_name(name);
    }
    if (!args_.overwrite_existing && is_there(frame, row, name)) name += "_extracted";
    if (const auto slot = names_.find(name)) return frame.set(row, *slot, value);
    if (names_.reads_matching(name)) {
      const auto slice = frame.put(value);
      frame.set_named(row, frame.put(name), slice);
    }
  }

 private:
  bool is_there(Frame& frame, uint32_t row, std::string_view name) const {
    if (const auto slot = names_.find(name)) return frame.has(row, *slot);
    for (const auto& pair : frame.named(row))
      if (frame.batch.text(pair.name) == name) return true;
    return !frame.batch.labels(frame.batch.entries[row]).get(name).empty();
  }

  EventArgs args_;
  Source source_;
  const Names& names_;  // The pipeline's, complete when lines come.
};

}  // namespace components::loki::process::stages
