#include <algorithm>

#include "compiler/plan/plan.h"

/// Where the data of each source ends.
namespace compiler::plan {

namespace ast = river::ast;
using river::config::Node;
using river::config::Program;

namespace {

/// The hosts of the URLs below a body.
void collect_hosts(const ast::Body& body, std::set<std::string>& hosts) {
  for (const ast::Statement* one : body.statements) {
    if (one->is_block) {
      collect_hosts(one->body, hosts);
    } else if (one->name == "url" || one->name == "endpoint") {
      const auto url = literal_of(one->value);
      hosts.insert(url ? host_of(*url) : one_spelling(*one->value));
    }
  }
}

/// What the lines of a source meet.
struct Way {
  std::set<const Node*> met;                          ///< targets and rules, too
  std::map<std::string, std::set<std::string>> ends;  ///< hosts of backends, by component
};

Way way_of(const Node& source) {
  Way way;
  std::vector<const Node*> todo = {&source};
  while (!todo.empty()) {
    const Node* at = todo.back();
    todo.pop_back();
    if (!way.met.insert(at).second) continue;
    if (takes_in(*at->signature) && !hands_on(*at->signature))
      collect_hosts(at->block->body, way.ends[at->id]);
    todo.insert(todo.end(), at->dependencies.begin(), at->dependencies.end());
  }
  return way;
}

std::map<std::string, Way> ways_of(const Program& program) {
  std::map<std::string, Way> ways;
  for (const auto& node : program.nodes)
    if (hands_on(*node->signature) && !takes_in(*node->signature)) ways[node->id] = way_of(*node);
  return ways;
}

void add_lost(const std::string& source, const Way& then, const Way& now,
              std::vector<Change>& changes) {
  std::set<std::string> reached;
  for (const auto& [id, hosts] : now.ends) reached.insert(hosts.begin(), hosts.end());
  for (const auto& [id, hosts] : then.ends) {
    const bool is_elsewhere =
        !hosts.empty() && std::includes(reached.begin(), reached.end(), hosts.begin(), hosts.end());
    if (!now.ends.contains(id) && !is_elsewhere)
      changes.push_back(
          {Level::delivery, true, fmt::format("{}: goes to {} no longer", source, id)});
  }
}

/// The blocks that the lines of a way meet. A component with another label has the same.
std::set<std::string> blocks_of(const Way& way) {
  std::set<std::string> blocks;
  for (const Node* node : way.met)
    for (const ast::Statement* one : node->block->body.statements)
      if (one->is_block) blocks.insert(one_spelling(*one));
  return blocks;
}

/// What components of one way do to lines that are not components of the other program, and that
/// no other component does there.
void add_met(const std::string& source, const Way& way, const Program& other, const Way& other_way,
             bool is_new, std::set<const ast::Statement*>& said, std::vector<Change>& changes) {
  const std::set<std::string> known = blocks_of(other_way);
  for (const Node* node : way.met) {
    if (other.find(node->id) != nullptr) continue;
    for (const ast::Statement* one : node->block->body.statements) {
      if (!one->is_block || known.contains(one_spelling(*one))) continue;
      const auto judged = is_new ? judge_block(nullptr, one) : judge_block(one, nullptr);
      if (judged && judged->is_breaking && said.insert(one).second)
        changes.push_back({judged->level, true,
                           fmt::format("{}: its lines {} {} of {}", source,
                                       is_new ? "meet" : "no longer meet", one->name, node->id)});
    }
  }
}

}  // namespace

std::vector<Change> changed_ways(const Program& before, const Program& after) {
  const auto then = ways_of(before), now = ways_of(after);
  std::vector<Change> changes;
  std::set<const ast::Statement*> said;
  for (const auto& [source, way] : then) {
    const auto found = now.find(source);
    if (found == now.end()) continue;  // It is gone itself.
    add_lost(source, way, found->second, changes);
    add_met(source, found->second, before, way, true, said, changes);
    add_met(source, way, after, found->second, false, said, changes);
  }
  return changes;
}

}  // namespace compiler::plan
