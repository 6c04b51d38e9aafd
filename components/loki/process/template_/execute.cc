#include "components/loki/process/template_/execute.h"

#include "components/loki/process/template_/value.h"

namespace components::loki::process::template_ {
namespace {

/// Walks a template; the first error sticks.
class Run {
 public:
  explicit Run(const Lookup& lookup) : lookup_(lookup) {}

  void nodes(const Nodes& list) {
    for (const Node& node : list) {
      if (!error_.empty()) return;
      switch (node.kind) {
        case Node::Kind::text:
          out_ += node.text;
          break;
        case Node::Kind::print:
          out_ += to_text(pipeline(node.pipeline));
          break;
        case Node::Kind::choice:
          nodes(is_true(pipeline(node.pipeline)) ? node.then : node.otherwise);
          break;
      }
    }
  }

  base::Result<std::string> result() {
    if (!error_.empty()) return base::fail("{}", error_);
    return std::move(out_);
  }

 private:
  Value pipeline(const Pipeline& steps) {
    Value value;
    for (size_t i = 0; i < steps.commands.size() && error_.empty(); ++i)
      value = command(steps.commands[i], i > 0 ? &value : nullptr);
    return value;
  }

  Value command(const Command& step, const Value* piped) {
    if (step.function.empty()) return operand(step.arguments.front());
    std::vector<Value> arguments;
    for (const Operand& argument : step.arguments) arguments.push_back(operand(argument));
    if (piped) arguments.push_back(*piped);
    auto value = call(step.function, arguments);
    if (value) return std::move(*value);
    if (error_.empty()) error_ = value.error().message;
    return {};
  }

  Value operand(const Operand& argument) {
    switch (argument.kind) {
      case Operand::Kind::field: {
        const auto found = lookup_(argument.text);
        return found ? Value(std::string(*found)) : Value();
      }
      case Operand::Kind::text:
        return argument.text;
      case Operand::Kind::number:
        return argument.number;
      case Operand::Kind::boolean:
        return argument.boolean;
      case Operand::Kind::pipeline:
        return pipeline(*argument.pipeline);
      case Operand::Kind::data:
      case Operand::Kind::nil:
        return {};
    }
    return {};
  }

  const Lookup& lookup_;
  std::string out_;
  std::string error_;
};

}  // namespace

base::Result<std::string> execute(const Template& parsed, const Lookup& lookup) {
  Run run(lookup);
  run.nodes(parsed.nodes);
  return run.result();
}

}  // namespace components::loki::process::template_
