#include <map>

#include "compiler/checks/checks.h"
#include "compiler/checks/ends.h"
#include "river/config/steps.h"

/// Targets that two scrapes ask for the same metrics, which go to the same place. Targets are
/// compared as they are written, and so are those that another component finds.
namespace compiler::checks {

namespace ast = river::ast;
using river::config::Node;

namespace {

constexpr std::string_view kAddress = "__address__";

/// One target of a scrape, or all that another component exports.
struct Target {
  std::string what;     ///< for messages
  std::string request;  ///< all that decides the answer
  river::diag::Span place;
  const Node* node = nullptr;
};

/// The attributes of a component that decide what a target is asked for, spelled out; nullopt: they
/// are made of what is not known here.
std::optional<std::string> request_of(const Node& node) {
  std::string path = "/metrics", scheme = "http";
  for (const ast::Statement* one : node.block->body.statements) {
    if (one->is_block) continue;
    if (one->name == "params") return std::nullopt;
    for (const auto& [name, text] : {std::pair{"metrics_path", &path}, {"scheme", &scheme}}) {
      if (one->name != name) continue;
      const auto value = text_of(*one->value);
      if (!value) return std::nullopt;
      *text = *value;
    }
  }
  return fmt::format("{} {}", scheme, path);
}

/// Adds the targets that a list spells out. Labels that begin with two underscores, such as
/// __metrics_path__ and __param_module, are part of what is asked for.
void collect(const ast::Expr& value, const Target& base, std::vector<Target>& targets) {
  Target found = base;
  for (const ast::Field& field : value.fields) {
    const auto text = text_of(*field.value);
    if (!field.key.starts_with("__")) continue;
    found.request += fmt::format(" {}={}", field.key, text.value_or("?"));
    if (field.key != kAddress || !text) continue;
    found.what = *text;
    found.place = field.value->span;
  }
  if (!found.what.empty()) targets.push_back(std::move(found));
  for (const ast::Expr* item : value.items) collect(*item, base, targets);
}

void collect(const Node& node, std::vector<Target>& targets) {
  const auto request = request_of(node);
  if (!request) return;
  for (const ast::Statement* one : node.block->body.statements) {
    if (one->is_block || one->name != "targets") continue;
    collect(*one->value, {"", *request, one->span, &node}, targets);
    for (const auto& chain : river::config::chains_of(node.block->body)) {
      const std::string name = fmt::format("{}", fmt::join(chain.names, "."));
      if (name.ends_with(".targets") || name.ends_with(".output"))
        targets.push_back({name, *request + " " + name, chain.span, &node});
    }
  }
}

}  // namespace

bool is_scrape(const Node& node) {
  const auto& fields = node.signature->arguments.fields;
  const auto has = [&](std::string_view name) {
    return std::any_of(fields.begin(), fields.end(),
                       [&](const auto& field) { return field.name == name; });
  };
  return has("targets") && has("forward_to") && has("metrics_path");
}

void check_scrapes(const river::config::Program& program, river::diag::Diagnostics& diagnostics) {
  std::vector<Target> targets;
  for (const auto& node : program.nodes)
    if (is_scrape(*node)) collect(*node, targets);
  Ends ends(program);
  std::map<std::string_view, const Target*> first;
  for (const Target& one : targets) {
    const auto [known, is_new] = first.try_emplace(one.request, &one);
    if (is_new || !ends.meet(*known->second->node, *one.node)) continue;
    diagnostics
        .warning("C068", one.place, "{} is scraped twice: each of its series is written twice",
                 one.what)
        .note(known->second->place, "it is scraped here, too")
        .with_help("remove one of them");
  }
}

}  // namespace compiler::checks
