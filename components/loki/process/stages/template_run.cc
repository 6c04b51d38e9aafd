#include "components/loki/process/stages/template_run.h"

#include "components/loki/process/stages/template_functions.h"

namespace components::loki::process::stages {
namespace {

/// Walks a template; the first error sticks.
class Run {
 public:
  explicit Run(const TemplateLookup& lookup) : lookup_(lookup) {}

  void nodes(const TemplateNodes& list) {
    for (const TemplateNode& node : list) {
      if (!error_.empty()) return;
      switch (node.kind) {
        case TemplateNode::Kind::text:
          out_ += node.text;
          break;
        case TemplateNode::Kind::print:
          out_ += to_text(pipeline(node.pipeline));
          break;
        case TemplateNode::Kind::choice:
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
  TemplateValue pipeline(const TemplatePipeline& steps) {
    TemplateValue value;
    for (size_t i = 0; i < steps.commands.size() && error_.empty(); ++i)
      value = command(steps.commands[i], i > 0 ? &value : nullptr);
    return value;
  }

  TemplateValue command(const TemplateCommand& step, const TemplateValue* piped) {
    if (step.function.empty()) return operand(step.arguments.front());
    std::vector<TemplateValue> arguments;
    for (const TemplateOperand& argument : step.arguments) arguments.push_back(operand(argument));
    if (piped) arguments.push_back(*piped);
    auto value = call_template_function(step.function, arguments);
    if (value) return std::move(*value);
    if (error_.empty()) error_ = value.error().message;
    return {};
  }

  TemplateValue operand(const TemplateOperand& argument) {
    switch (argument.kind) {
      case TemplateOperand::Kind::field: {
        const auto found = lookup_(argument.text);
        return found ? TemplateValue(std::string(*found)) : TemplateValue();
      }
      case TemplateOperand::Kind::text:
        return argument.text;
      case TemplateOperand::Kind::number:
        return argument.number;
      case TemplateOperand::Kind::boolean:
        return argument.boolean;
      case TemplateOperand::Kind::pipeline:
        return pipeline(*argument.pipeline);
      case TemplateOperand::Kind::data:
      case TemplateOperand::Kind::nil:
        return {};
    }
    return {};
  }

  const TemplateLookup& lookup_;
  std::string out_;
  std::string error_;
};

}  // namespace

base::Result<std::string> run_template(const GoTemplate& parsed, const TemplateLookup& lookup) {
  Run run(lookup);
  run.nodes(parsed.nodes);
  return run.result();
}

}  // namespace components::loki::process::stages
