#include "compiler/migrate/impact/shape.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "compiler/migrate/impact/regex_tree.h"

/// A regular expression against all texts of a shape: the expression becomes an automaton, and each
/// state that some text of the shape can lead to is visited. If all of those at the end accept,
/// every text matches; if none does, no text. A bound on the number of states keeps hostile
/// expressions short; sampling texts instead would never be a proof.
namespace compiler::migrate::impact {
namespace {

constexpr size_t kNodesMax = 2000;
constexpr size_t kVisitsMax = 5000;

struct Node {
  Symbols symbols;
  int next = -1;            ///< by one of `symbols`
  std::vector<int> silent;  ///< without a character
};

class Automaton {
 public:
  /// nullopt: too large.
  static std::optional<Automaton> of(const RegexTree& tree) {
    Automaton automaton;
    const int end = automaton.add();
    automaton.start_ = automaton.build(tree, end);
    automaton.end_ = end;
    if (automaton.nodes_.size() >= kNodesMax) return std::nullopt;
    automaton.find_representatives();
    return automaton;
  }

  using States = std::vector<int>;  ///< sorted, closed under silent steps
  States start() const { return closed({start_}); }
  bool accepts(const States& states) const {
    return std::binary_search(states.begin(), states.end(), end_);
  }
  States step(const States& states, unsigned symbol) const {
    States next;
    for (const int state : states) {
      const Node& node = nodes_[static_cast<size_t>(state)];
      if (node.next >= 0 && node.symbols.test(symbol)) next.push_back(node.next);
    }
    return closed(std::move(next));
  }
  /// One symbol of each kind that the expression tells apart.
  const std::vector<unsigned>& representatives() const { return representatives_; }

 private:
  int add() {
    nodes_.emplace_back();
    return static_cast<int>(nodes_.size()) - 1;
  }

  /// The state from which `tree` leads to `end`.
  int build(const RegexTree& tree, int end) {
    if (nodes_.size() >= kNodesMax) return end;
    const int begin = add();
    switch (tree.kind) {
      case RegexTree::Kind::symbols:
        at(begin).symbols = tree.symbols;
        at(begin).next = end;
        break;
      case RegexTree::Kind::sequence: {
        int next = end;
        for (auto part = tree.parts.rbegin(); part != tree.parts.rend(); ++part) {
          next = build(*part, next);
        }
        at(begin).silent.push_back(next);
        break;
      }
      case RegexTree::Kind::choice:
        for (const auto& part : tree.parts) {
          const int branch = build(part, end);
          at(begin).silent.push_back(branch);
        }
        break;
      case RegexTree::Kind::repeat:
        build_repeat(tree, begin, end);
        break;
    }
    return begin;
  }

  void build_repeat(const RegexTree& tree, int begin, int end) {
    const RegexTree& inner = tree.parts.front();
    int next = end;
    if (tree.most == RegexTree::kNoLimit) {
      const int loop = add();
      const int body = build(inner, loop);
      at(loop).silent = {body, end};
      next = loop;
    } else {
      for (uint32_t i = tree.least; i < tree.most && nodes_.size() < kNodesMax; ++i) {
        const int optional = add();
        const int body = build(inner, next);
        at(optional).silent = {body, end};
        next = optional;
      }
    }
    for (uint32_t i = 0; i < tree.least && nodes_.size() < kNodesMax; ++i) {
      next = build(inner, next);
    }
    at(begin).silent.push_back(next);
  }

  States closed(States states) const {
    std::vector<bool> seen(nodes_.size());
    States todo = std::move(states), all;
    while (!todo.empty()) {
      const auto state = static_cast<size_t>(todo.back());
      todo.pop_back();
      if (seen[state]) continue;
      seen[state] = true;
      all.push_back(static_cast<int>(state));
      todo.insert(todo.end(), nodes_[state].silent.begin(), nodes_[state].silent.end());
    }
    std::sort(all.begin(), all.end());
    return all;
  }

  void find_representatives() {
    std::map<std::vector<bool>, unsigned> kinds;
    for (unsigned symbol = 0; symbol <= kOtherSymbol; ++symbol) {
      std::vector<bool> kind;
      for (const Node& node : nodes_) kind.push_back(node.next >= 0 && node.symbols.test(symbol));
      kinds.try_emplace(std::move(kind), symbol);
    }
    for (const auto& [kind, symbol] : kinds) representatives_.push_back(symbol);
  }

  Node& at(int index) { return nodes_[static_cast<size_t>(index)]; }

  std::vector<Node> nodes_;
  std::vector<unsigned> representatives_;
  int start_ = 0, end_ = 0;
};

/// One step of a shape: a certain character, any one, or any number of any.
struct Token {
  enum class Kind : uint8_t { character, any, any_number } kind = Kind::character;
  unsigned symbol = 0;
};

std::vector<Token> tokens(const streams::OpenValue& value) {
  std::vector<Token> list;
  for (size_t i = 0; i < value.literals.size(); ++i) {
    if (i > 0) {
      list.push_back({Token::Kind::any});
      list.push_back({Token::Kind::any_number});
    }
    for (const char c : value.literals[i]) {
      const auto byte = static_cast<unsigned char>(c);
      if ((byte & 0xC0U) == 0x80U) continue;  // The rest of a character that began before.
      list.push_back({Token::Kind::character, byte < kOtherSymbol ? byte : kOtherSymbol});
    }
  }
  return list;
}

Fit explore(const Automaton& automaton, const std::vector<Token>& shape) {
  using Visit = std::pair<size_t, Automaton::States>;
  std::set<Visit> seen;
  std::vector<const Visit*> todo;  // Each visit once: a set's elements stay where they are.
  const auto add = [&](size_t at, Automaton::States states) {
    const auto [visit, is_new] = seen.emplace(at, std::move(states));
    if (is_new) todo.push_back(&*visit);
  };
  add(0, automaton.start());
  bool some = false, some_not = false;
  while (!todo.empty()) {
    if (seen.size() > kVisitsMax) return Fit::undecided;
    const auto& [at, states] = *todo.back();
    todo.pop_back();
    if (at == shape.size()) {
      (automaton.accepts(states) ? some : some_not) = true;
      if (some && some_not) return Fit::sometimes;
      continue;
    }
    const Token& token = shape[at];
    if (token.kind == Token::Kind::character) {
      add(at + 1, automaton.step(states, token.symbol));
      continue;
    }
    const bool stays = token.kind == Token::Kind::any_number;
    if (stays) add(at + 1, states);
    for (const unsigned symbol : automaton.representatives()) {
      add(stays ? at : at + 1, automaton.step(states, symbol));
    }
  }
  return some ? Fit::always : Fit::never;
}

}  // namespace

bool can_be(const streams::OpenValue& value, std::string_view text) {
  const auto& literals = value.literals;
  if (literals.empty()) return false;
  if (literals.size() == 1) return text == literals.front();
  const std::string& first = literals.front();
  const std::string& last = literals.back();
  if (!text.starts_with(first)) return false;
  size_t at = first.size();
  for (size_t i = 1; i + 1 < literals.size(); ++i) {
    const auto found = text.find(literals[i], at + 1);
    if (found == std::string_view::npos) return false;
    at = found + literals[i].size();
  }
  return text.size() >= at + 1 + last.size() && text.ends_with(last);
}

Fit fit(const streams::OpenValue& value, std::string_view regex) {
  const auto tree = read_regex(regex);
  if (!tree) return Fit::undecided;
  const auto automaton = Automaton::of(*tree);
  if (!automaton) return Fit::undecided;
  return explore(*automaton, tokens(value));
}

}  // namespace compiler::migrate::impact
