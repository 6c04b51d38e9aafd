#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "compiler/explain/explain.h"
#include "river/diag/render.h"
#include "river/printer.h"

namespace compiler::explain {

namespace ast = river::ast;

namespace {

constexpr size_t kValueMax = 100;

/// `path` is `part`, or below it; all is below the empty one.
bool is_below(std::string_view path, std::string_view part) {
  if (part.empty()) return true;
  return path.starts_with(part) && (path.size() == part.size() || path[part.size()] == '.');
}

/// Writes the values of a config with the steps that made them.
class Explainer {
 public:
  Explainer(const Origins& origins, const river::diag::SourceMap& sources, const std::string& part)
      : origins_(origins), sources_(sources), part_(part) {}

  void component(const river::config::Node& node) {
    const bool is_wanted = is_below(node.id, part_) || is_below(part_, node.id);
    if (!is_wanted) return;
    const size_t before = out_.size();
    out_ += fmt::format("{}{}  {}\n", out_.empty() ? "" : "\n", node.id,
                        origins_.shown(node.block->header_span()));
    const size_t head = out_.size();
    body(node.block->body, node.id, std::string_view(node.id).size() + 1);
    if (out_.size() == head && !is_below(node.id, part_)) out_.resize(before);
  }
  std::string finish() { return std::move(out_); }

 private:
  void body(const ast::Body& body, const std::string& path, size_t shown_from) {
    std::map<std::string_view, size_t> counts, seen;
    for (const ast::Statement* statement : body.statements) ++counts[statement->name];
    for (const ast::Statement* statement : body.statements) {
      const std::string_view name = statement->name;
      std::string inner = fmt::format("{}.{}", path, name);
      if (counts[name] > 1) inner += fmt::format("[{}]", seen[name]++);
      if (statement->is_block)
        this->body(statement->body, inner, shown_from);
      else
        value(*statement->value, inner, shown_from, *statement);
    }
  }

  /// A value, or each field of an object and each element of a list of objects.
  void value(const ast::Expr& expression, const std::string& path, size_t shown_from,
             const ast::Statement& statement) {
    for (const ast::Field& field : expression.fields)
      value(*field.value, fmt::format("{}.{}", path, field.key), shown_from, statement);
    const bool holds_objects = !expression.items.empty() &&
                               expression.kind == ast::ExprKind::array &&
                               expression.items[0]->kind == ast::ExprKind::object;
    for (size_t i = 0; holds_objects && i < expression.items.size(); ++i)
      value(*expression.items[i], fmt::format("{}[{}]", path, i), shown_from, statement);
    if (!expression.fields.empty() || holds_objects || !is_below(path, part_)) return;
    std::string text = river::print_expression(expression);
    const bool is_text =
        expression.kind == ast::ExprKind::string || expression.kind == ast::ExprKind::raw_string;
    if (is_text && river::diag::names_secret(path.substr(path.rfind('.') + 1)))
      text = river::diag::kRedacted;
    text = river::diag::without_passwords(text);
    if (text.size() > kValueMax) text = text.substr(0, kValueMax) + "…";
    out_ += fmt::format("  {} = {}\n", std::string_view(path).substr(shown_from), text);
    const std::vector<Step> steps = origins_.of(expression.span);
    for (const Step& step : steps) add(step);
    // An attribute that a template writes, with the value of a variable.
    const std::string at = origins_.shown(statement.name_span);
    const std::string_view file = std::string_view(at).substr(0, at.find(':'));
    const bool is_written = sources_.text(statement.name_span) == statement.name;
    if (is_written && !steps.empty() && !steps[0].place.starts_with(file))
      out_ += fmt::format("    in {}\n", at);
  }

  void add(const Step& step) {
    if (step.place.empty()) return;
    constexpr std::string_view kWords[] = {"from", "with", "overrides"};
    out_ += fmt::format("    {} {}{}{}\n", kWords[static_cast<size_t>(step.kind)], step.place,
                        step.text.empty() ? "" : "  ", step.text);
  }

  const Origins& origins_;
  const river::diag::SourceMap& sources_;
  const std::string& part_;
  std::string out_;
};

emit::CommandResult no_such(std::string_view what, std::string_view name,
                            const std::vector<std::string_view>& known, int exit_code) {
  emit::CommandResult result;
  result.exit_code = exit_code;
  const auto near = river::diag::did_you_mean(name, known);
  result.err = near.empty()
                   ? fmt::format("cfgc: there is no {} {}\n", what, name)
                   : fmt::format("cfgc: there is no {} {}: did you mean {}?\n", what, name, near);
  return result;
}

emit::CommandResult explain_code(const std::string& code) {
  if (auto page = page_of(code)) return {0, std::move(*page), ""};
  return no_such("code", code, codes(), 2);
}

}  // namespace

emit::CommandResult explain(const Question& question) {
  if (is_code(question.subject)) return explain_code(question.subject);
  emit::Run run;
  std::string text;
  std::vector<std::string> components;
  inventory::InventoryOptions load = in_hosts(question.load, {question.subject});
  const auto playbooks = load.playbook_dir.empty() ? inventory::deduced_playbook_dir(load.inventory)
                                                   : load.playbook_dir;
  const auto seen = [&](const host::Host& host, const river::config::Program& program) {
    const Origins origins(*host.entry, run.sources, playbooks.lexically_normal().string());
    Explainer explainer(origins, run.sources, question.part);
    for (const auto& node : program.nodes) {
      explainer.component(*node);
      components.push_back(node->id);
    }
    text = explainer.finish();
  };
  compile_inventory(load, false, {}, question.check, run, seen);
  if (!run.io_errors.empty() || run.diagnostics.has_errors())
    return finish(run, question.check, false);
  if (text.empty())
    return no_such(fmt::format("component or argument of {} called", question.subject),
                   question.part, {components.begin(), components.end()}, 1);
  return {0, river::diag::visible(text), ""};
}

}  // namespace compiler::explain
