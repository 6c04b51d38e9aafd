#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

#include "river/config/program.h"
#include "river/config/steps.h"
#include "river/parser.h"
#include "river/schema/decode.h"

namespace river::config {

namespace {

/// The function of the standard library that a chain begins with, or nullptr.
const Function* stdlib_function(const Chain& chain) {
  const Value* value = stdlib::lookup(chain.names.front());
  if (value != nullptr && value->as_function() == nullptr && chain.names.size() > 1)
    value = value->field(chain.names[1]);
  return value != nullptr ? value->as_function() : nullptr;
}

std::string first_names(const Chain& chain, size_t count) {
  return fmt::format("{}", fmt::join(chain.names.begin(), chain.names.begin() + count, "."));
}

size_t name_count(std::string_view id) {
  return static_cast<size_t>(std::count(id.begin(), id.end(), '.')) + 1;
}

/// Finds what the chains of each node mean.
class Resolver {
 public:
  Resolver(Bound& bound, schema::Stability floor, diag::Diagnostics& diagnostics)
      : bound_(bound), floor_(floor), diagnostics_(diagnostics) {}

  void resolve(Node& node) {
    for (const Chain& chain : chains_of(node.block->body)) resolve(node, chain);
  }

 private:
  void resolve(Node& node, const Chain& chain);
  const Declared* declared(const Chain& chain) const;
  void check_stdlib(const Chain& chain);
  void report_nothing(const Chain& chain);
  std::string help_for(const Chain& chain) const;

  Bound& bound_;
  schema::Stability floor_;
  diag::Diagnostics& diagnostics_;
};

/// The block with the shortest id that the chain begins with; the rest is field access. One that
/// could not be bound only stands in where there is no other.
const Declared* Resolver::declared(const Chain& chain) const {
  const Declared* broken = nullptr;
  std::string id;
  for (const std::string_view name : chain.names) {
    if (!id.empty()) id += '.';
    id += name;
    const auto found = bound_.by_id.find(id);
    if (found == bound_.by_id.end()) continue;
    const Node* node = found->second.node;
    if (node && node->signature->takes_label) return &found->second;
    if (!node && !broken) broken = &found->second;
  }
  return broken;
}

void Resolver::resolve(Node& node, const Chain& chain) {
  if (const Declared* target = declared(chain)) {
    if (target->node == &node)
      diagnostics_.error("R088", chain.span, "{} refers to itself", node.id);
    if (!target->node || target->node == &node)
      node.unresolved.push_back(first_names(chain, chain.names.size()));
    else if (auto& known = node.dependencies;
             std::find(known.begin(), known.end(), target->node) == known.end())
      known.push_back(target->node);
    return;
  }
  if (stdlib::lookup(chain.names.front())) {
    check_stdlib(chain);
    return;
  }
  node.unresolved.push_back(first_names(chain, chain.names.size()));
  if (!bound_.modules.contains(chain.names.front())) report_nothing(chain);
}

void Resolver::check_stdlib(const Chain& chain) {
  if (const std::string_view current = stdlib::deprecated_alias(chain.names.front());
      !current.empty())
    diagnostics_.warning("R090", chain.span, "\"{}\" is a deprecated name", chain.names.front())
        .with_help(fmt::format("write {}", current));
  const Function* function = stdlib_function(chain);
  if (function == nullptr || !function->experimental || floor_ == schema::Stability::experimental)
    return;
  diagnostics_
      .error("R091", chain.span, "function {} is experimental, but only {} ones are allowed",
             function->name, stability_name(floor_))
      .with_help("allow it with --stability.level=experimental");
}

void Resolver::report_nothing(const Chain& chain) {
  auto& report = diagnostics_.error("R087", chain.span, "component \"{}\" does not exist",
                                    first_names(chain, chain.names.size()));
  if (std::string help = help_for(chain); !help.empty()) report.with_help(std::move(help));
}

/// An id that was probably meant: a near miss, or another label of the same kind.
std::string Resolver::help_for(const Chain& chain) const {
  for (size_t count = 2; count <= chain.names.size(); ++count) {
    std::vector<std::string_view> ids;
    for (const auto& [id, declared] : bound_.by_id)
      if (declared.node && name_count(id) == count) ids.push_back(id);
    if (const auto near = diag::did_you_mean(first_names(chain, count), ids); !near.empty())
      return fmt::format("did you mean {}?", near);
  }
  for (size_t count = chain.names.size(); count >= 2; --count) {
    const std::string kind = first_names(chain, count);
    for (const auto& node : bound_.nodes)
      if (node->signature->name == kind) return fmt::format("there is {}", node->id);
  }
  return {};
}

Dependencies numbered(const std::vector<std::unique_ptr<Node>>& nodes) {
  std::map<const Node*, size_t> number;
  for (size_t i = 0; i < nodes.size(); ++i) number[nodes[i].get()] = i;
  Dependencies dependencies(nodes.size());
  for (size_t i = 0; i < nodes.size(); ++i)
    for (const Node* target : nodes[i]->dependencies) dependencies[i].push_back(number.at(target));
  return dependencies;
}

void report_cycle(const std::vector<std::unique_ptr<Node>>& nodes,
                  const std::vector<size_t>& members, diag::Diagnostics& diagnostics) {
  std::vector<std::string_view> ids;
  for (const size_t member : members) ids.push_back(nodes[member]->id);
  auto& report = diagnostics.error("R089", nodes[members.front()]->block->header_span(),
                                   "cycle: {}", fmt::join(ids, ", "));
  for (const size_t member : members)
    if (member != members.front())
      report.note(nodes[member]->block->header_span(), "this block is part of the cycle");
}

}  // namespace

const Node* Program::find(std::string_view id) const {
  const auto found =
      std::find_if(nodes.begin(), nodes.end(), [&](const auto& node) { return node->id == id; });
  return found == nodes.end() ? nullptr : found->get();
}

Program resolve(std::span<const ast::Tree* const> files, Catalog catalog, schema::Stability floor,
                diag::Diagnostics& diagnostics) {
  Bound bound = bind(files, catalog, floor, diagnostics);
  Resolver resolver(bound, floor, diagnostics);
  for (const auto& node : bound.nodes) resolver.resolve(*node);
  const Dependencies dependencies = numbered(bound.nodes);
  for (const auto& members : cycles(dependencies)) report_cycle(bound.nodes, members, diagnostics);
  Program program;
  for (const size_t next : dependency_order(dependencies))
    program.nodes.push_back(std::move(bound.nodes[next]));
  return program;
}

std::vector<std::unique_ptr<ast::Tree>> load(std::vector<base::NamedText> texts,
                                             diag::SourceMap& sources,
                                             diag::Diagnostics& diagnostics) {
  std::vector<std::unique_ptr<ast::Tree>> trees;
  for (base::NamedText& text : texts)
    trees.push_back(parse(sources.add(std::move(text.name), std::move(text.text)), diagnostics));
  return trees;
}

}  // namespace river::config
