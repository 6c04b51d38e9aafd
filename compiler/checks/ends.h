#pragma once
#include <map>
#include <set>
#include <vector>

#include "compiler/checks/checks.h"

namespace compiler::checks {

/// Where what a component reads ends: the last components on its way.
class Ends {
 public:
  explicit Ends(const river::config::Program& program) {
    for (const auto& node : program.nodes)
      for (const river::config::Node* other : node->dependencies) {
        const bool receives = has_export(*other, "receiver") || has_export(*other, "input");
        next_[receives ? node.get() : other].push_back(receives ? other : node.get());
      }
  }

  bool meet(const river::config::Node& a, const river::config::Node& b) {
    if (&a == &b) return true;
    const auto& first = of(a);
    const auto& second = of(b);
    return std::any_of(first.begin(), first.end(),
                       [&](const river::config::Node* end) { return second.contains(end); });
  }

 private:
  const std::set<const river::config::Node*>& of(const river::config::Node& node) {
    const auto [at, is_new] = ends_.try_emplace(&node);
    if (is_new) {
      std::set<const river::config::Node*> seen;
      visit(node, at->second, seen);
    }
    return at->second;
  }
  void visit(const river::config::Node& node, std::set<const river::config::Node*>& ends,
             std::set<const river::config::Node*>& seen) {
    if (!seen.insert(&node).second) return;
    const auto next = next_.find(&node);
    if (next == next_.end()) {
      ends.insert(&node);
      return;
    }
    for (const river::config::Node* other : next->second) visit(*other, ends, seen);
  }

  std::map<const river::config::Node*, std::vector<const river::config::Node*>> next_;
  std::map<const river::config::Node*, std::set<const river::config::Node*>> ends_;
};

}  // namespace compiler::checks
