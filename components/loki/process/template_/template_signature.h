#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

/// The part of Go's text/template that stage.template and stage.replace understand: text with
/// {{ pipelines }} of values and functions, and if / else if / else. parse() refuses everything
/// else by name; execute.h runs what it made.
namespace components::loki::process::template_ {

struct Pipeline;

/// A value that is written in the template or looked up when it runs.
struct Operand {
  enum class Kind { data, field, text, number, boolean, nil, pipeline };
  Kind kind = Kind::data;
  std::string text;  ///< of a field its name, of a text the text
  double number = 0;
  bool boolean = false;
  std::shared_ptr<const Pipeline> pipeline;  ///< in parentheses
};

/// One step of a pipeline: a function with its arguments, or a value alone.
struct Command {
  std::string function;  ///< empty: the first argument is the value
  std::vector<Operand> arguments;
};

/// Commands from left to right; each gets the value before it as its last argument.
struct Pipeline {
  std::vector<Command> commands;
};

struct Node;
using Nodes = std::vector<Node>;

/// Either text to print, or a pipeline to print, or a choice.
struct Node {
  enum class Kind { text, print, choice };
  Kind kind = Kind::text;
  std::string text;
  Pipeline pipeline;  ///< what to print, or the condition
  Nodes then;
  Nodes otherwise;
};

struct Template {
  Nodes nodes;
  std::vector<std::string> fields;  ///< names that it reads from the data
};

/// The error says what is wrong or not supported, and where.
base::Result<Template> parse(std::string_view source);

/// How many arguments a function takes, the piped one included; `max` -1 means any number.
struct Arity {
  int min = 0;
  int max = 0;
};
/// nullptr when there is no such function.
const Arity* find_function(std::string_view name);

}  // namespace components::loki::process::template_
