#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

/// The part of Go's text/template that stage.template and stage.replace understand: text with
/// {{ pipelines }} of values and functions, and if / else if / else. parse_template() refuses
/// everything else by name; execute.h runs what it made.
namespace components::loki::process::stages {

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
  std::string function;  ///< empty: the first argument is the value
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

/// How many arguments a function takes, the piped one included; `max` -1 means any number.
struct TemplateArity {
  int min = 0;
  int max = 0;
};
/// nullptr when there is no such function.
const TemplateArity* find_template_function(std::string_view name);

}  // namespace components::loki::process::stages
