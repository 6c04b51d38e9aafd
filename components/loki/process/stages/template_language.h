#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "components/loki/process/stages/stage.h"

/// The part of Go's text/template that stage.template and stage.replace understand: text with
/// {{ pipelines }} of values and functions, and if / else if / else. parse_template() refuses
/// everything else by name; run_template() runs what it made.
namespace components::loki::process::stages {

/// A value while a template runs: nothing, a truth value, a number or a text.
using TemplateValue = std::variant<std::monostate, bool, double, std::string>;

/// As {{ }} prints it; nothing is "<no value>", as in Go.
std::string to_text(const TemplateValue& value);
/// Whether `if` takes it for true: not nothing, not false, not 0, not empty.
bool is_true(const TemplateValue& value);

/// A function that templates call; the piped value is its last argument.
struct TemplateFunction {
  std::string_view name;
  int arguments_min = 0;
  int arguments_max = 0;  ///< -1: any number
  base::Result<TemplateValue> (*call)(std::span<const TemplateValue> arguments) = nullptr;
  bool takes_nothing = false;  ///< an argument may be no value; else that is an error, as in Go
};
/// nullptr when there is no such function.
const TemplateFunction* find_template_function(std::string_view name);

struct TemplatePipeline;

/// A value that is written in the template or looked up when it runs.
struct TemplateOperand {
  enum class Kind { data, field, text, number, boolean, nil, pipeline };
  Kind kind = Kind::data;
  std::string text;  ///< of a field its name, of a text the text
  double number = 0;
  bool boolean = false;
  std::shared_ptr<const TemplatePipeline> pipeline;  ///< in parentheses
};

/// One step of a pipeline: a function with its arguments, or a value alone.
struct TemplateCommand {
  const TemplateFunction* function = nullptr;  ///< nullptr: the first argument is the value
  std::vector<TemplateOperand> arguments;
};

/// Commands from left to right; each gets the value before it as its last argument.
struct TemplatePipeline {
  std::vector<TemplateCommand> commands;
};

struct TemplateNode;
using TemplateNodes = std::vector<TemplateNode>;

/// Either text to print, or a pipeline to print, or a choice.
struct TemplateNode {
  enum class Kind { text, print, choice };
  Kind kind = Kind::text;
  std::string text;
  TemplatePipeline pipeline;  ///< what to print, or the condition
  TemplateNodes then;
  TemplateNodes otherwise;
};

struct GoTemplate {
  TemplateNodes nodes;
  std::vector<std::string> fields;  ///< names that it reads from the data
};

/// The error says what is wrong or not supported, and where.
base::Result<GoTemplate> parse_template(std::string_view source);

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
