#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "compiler/explain/explain.h"
#include "river/config/steps.h"

/// `cfgc graph`: the components of a host's config, with arrows the way that data goes.
namespace compiler::explain {

using river::config::Node;
using river::config::Program;

namespace {

struct Arrow {
  size_t from = 0, to = 0;
  bool is_flow = true;  ///< lines, samples; else targets, rules and other values
  auto operator<=>(const Arrow&) const = default;
};

/// `to` is referred to by what it takes in.
bool is_receiver(std::string_view name) {
  return name == "receiver" || name == "input";
}

std::set<Arrow> arrows_of(const Program& program) {
  std::set<Arrow> arrows;
  for (size_t i = 0; i < program.nodes.size(); ++i)
    for (const river::config::Chain& chain :
         river::config::chains_of(program.nodes[i]->block->body)) {
      std::string id;
      for (size_t used = 0; used < chain.names.size(); ++used) {
        id += (id.empty() ? "" : ".") + std::string(chain.names[used]);
        const auto other = std::find_if(program.nodes.begin(), program.nodes.end(),
                                        [&](const auto& node) { return node->id == id; });
        if (other == program.nodes.end()) continue;
        const auto at = static_cast<size_t>(other - program.nodes.begin());
        const bool is_flow = used + 1 < chain.names.size() && is_receiver(chain.names[used + 1]);
        arrows.insert(is_flow ? Arrow{i, at, true} : Arrow{at, i, false});
        break;
      }
    }
  return arrows;
}

std::string as_mermaid(const Program& program) {
  std::string out = "flowchart LR\n";
  for (size_t i = 0; i < program.nodes.size(); ++i)
    out += fmt::format("  n{}[\"{}\"]\n", i, program.nodes[i]->id);
  for (const Arrow& arrow : arrows_of(program))
    out += fmt::format("  n{} {} n{}\n", arrow.from, arrow.is_flow ? "-->" : "-.->", arrow.to);
  return out;
}

std::string as_dot(const Program& program, std::string_view host) {
  std::string out = fmt::format("digraph \"{}\" {{\n  rankdir=LR\n  node [shape=box]\n", host);
  for (const auto& node : program.nodes) out += fmt::format("  \"{}\"\n", node->id);
  for (const Arrow& arrow : arrows_of(program))
    out += fmt::format("  \"{}\" -> \"{}\"{}\n", program.nodes[arrow.from]->id,
                       program.nodes[arrow.to]->id, arrow.is_flow ? "" : " [style=dashed]");
  return out + "}\n";
}

}  // namespace

emit::CommandResult graph(const Question& question, GraphFormat format) {
  emit::Run run;
  std::string text;
  compile_inventory(in_hosts(question.load, {question.subject}), false, {}, question.check, run,
                    [&](const host::Host& host, const Program& program) {
                      text = format == GraphFormat::dot ? as_dot(program, host.name)
                                                        : as_mermaid(program);
                    });
  if (!run.io_errors.empty() || run.diagnostics.has_errors())
    return finish(run, question.check, false);
  return {0, std::move(text), ""};
}

}  // namespace compiler::explain
