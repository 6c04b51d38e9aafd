#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "components/loki/process/stages/stage.h"
#include "components/loki/process/stages/template_language.h"

namespace components::loki::process::stages {

/// What a template gets for `.name`; nullopt when there is none.
using TemplateLookup = std::function<std::optional<std::string_view>(std::string_view name)>;

/// Runs a template. Fails when a function is given something that it cannot work on.
base::Result<std::string> run_template(const GoTemplate& parsed, const TemplateLookup& lookup);

/// A template whose fields are resolved to slots: what stage.template and stage.replace run.
class BoundTemplate {
 public:
  /// A source that does not parse (checking the config refused it) gives nothing at all.
  BoundTemplate(std::string_view source, Names& names)
      : template_(parse_template(source).value_or(GoTemplate())) {
    for (const std::string& field : template_.fields)
      if (field != "Value" && field != "Entry") fields_.emplace_back(field, names.read(field));
  }

  /// `value` is what `.Value` means; `.Entry` is the line.
  base::Result<std::string> run(const Frame& frame, uint32_t row,
                                std::optional<std::string_view> value) const {
    return run_template(template_, [&](std::string_view name) -> std::optional<std::string_view> {
      if (name == "Value") return value;
      if (name == "Entry") return frame.line(row);
      for (const auto& [field, slot] : fields_)
        if (field == name) return frame.value(row, slot);
      return std::nullopt;
    });
  }

 private:
  GoTemplate template_;
  std::vector<std::pair<std::string, Slot>> fields_;
};

}  // namespace components::loki::process::stages
