#pragma once
#include "components/loki/process/stage.h"
#include "components/loki/process/template_/execute.h"

namespace components::loki::process::template_ {

/// A template whose fields are resolved to slots: what stage.template and stage.replace run.
class BoundTemplate {
 public:
  /// A source that does not parse (checking the config refused it) gives nothing at all.
  BoundTemplate(std::string_view source, Names& names)
      : template_(parse(source).value_or(Template())) {
    for (const std::string& field : template_.fields)
      if (field != "Value" && field != "Entry") fields_.emplace_back(field, names.read(field));
  }

  /// `value` is what `.Value` means; `.Entry` is the line.
  base::Result<std::string> run(const Frame& frame, uint32_t row,
                                std::optional<std::string_view> value) const {
    return execute(template_, [&](std::string_view name) -> std::optional<std::string_view> {
      if (name == "Value") return value;
      if (name == "Entry") return frame.line(row);
      for (const auto& [field, slot] : fields_)
        if (field == name) return frame.value(row, slot);
      return std::nullopt;
    });
  }

 private:
  Template template_;
  std::vector<std::pair<std::string, Slot>> fields_;
};

}  // namespace components::loki::process::template_
