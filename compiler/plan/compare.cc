#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "compiler/plan/plan.h"
#include "river/diag/render.h"
#include "river/printer.h"

/// Two configurations, component by component. Blocks that repeat (rules, listeners, stages) are
/// matched where they are alike; of the others the first is taken for the first.
namespace compiler::plan {

namespace ast = river::ast;
using river::config::Node;
using river::config::Program;

namespace {

constexpr size_t kValueMax = 160;

bool has_field(std::span<const river::schema::Field> fields, std::string_view name) {
  return std::any_of(fields.begin(), fields.end(),
                     [&](const river::schema::Field& field) { return field.name == name; });
}

Level level_of(const river::schema::Signature& signature) {
  if (takes_in(signature)) return hands_on(signature) ? Level::setting : Level::delivery;
  const bool finds = has_field(signature.exports, "targets") || hands_on(signature);
  return finds ? Level::targets : Level::setting;
}

/// A value on one line, as people may see it: without what excerpts leave out, either.
std::string shown(std::string_view name, const ast::Expr& value) {
  const std::string whole = fmt::format("{} = {}", name, river::print_expression(value));
  std::string safe;
  for (size_t begin = 0; begin < whole.size(); begin = whole.find('\n', begin) + 1) {
    safe += river::diag::redact(whole, begin).line + ' ';
    if (whole.find('\n', begin) == std::string::npos) break;
  }
  std::string text;
  bool was_space = true;
  for (const char c : river::diag::without_passwords(safe.substr(name.size() + 3))) {
    const bool is_space = c == ' ' || c == '\n' || c == '\t';
    if (!is_space || !was_space) text += is_space ? ' ' : c;
    was_space = is_space;
  }
  if (text.ends_with(' ')) text.pop_back();
  if (text.size() > kValueMax) text = text.substr(0, kValueMax) + "…";
  return text;
}

/// The statements of a body by their names, in order.
using ByName = std::map<std::string_view, std::vector<const ast::Statement*>>;
ByName by_name(const ast::Body& body) {
  ByName all;
  for (const ast::Statement* statement : body.statements) all[statement->name].push_back(statement);
  return all;
}

/// A block on one line, by the attributes of texts in it.
std::string summary(const ast::Statement& statement) {
  std::string inner;
  for (const ast::Statement* one : statement.body.statements)
    if (!one->is_block)
      inner += fmt::format("{}{} = {}", inner.empty() ? "" : ", ", one->name,
                           shown(one->name, *one->value));
  if (inner.size() > kValueMax) inner = inner.substr(0, kValueMax) + "…";
  return fmt::format("{} {{{}}}", statement.name, inner);
}

/// Lists of what is read, in which an item that goes is missed.
bool lists_targets(std::string_view name) {
  return name == "targets" || name == "path_targets";
}

/// The first item of a list that is not in the other one; nullptr when all are.
const ast::Expr* missing_item(const ast::Expr& before, const ast::Expr& after) {
  if (before.kind != ast::ExprKind::array || after.kind != ast::ExprKind::array) return nullptr;
  std::set<std::string> now;
  for (const ast::Expr* item : after.items) now.insert(one_spelling(*item));
  for (const ast::Expr* item : before.items)
    if (!now.contains(one_spelling(*item))) return item;
  return nullptr;
}

class Comparer {
 public:
  Comparer(const Node& node, Level level)
      : id_(node.id), signature_(*node.signature), level_(level) {}

  void bodies(const ast::Body& before, const ast::Body& after, const std::string& path) {
    const ByName old_ones = by_name(before), new_ones = by_name(after);
    std::set<std::string_view> names;
    for (const auto* side : {&old_ones, &new_ones})
      for (const auto& [name, list] : *side) names.insert(name);
    for (const std::string_view name : names) {
      const auto of = [&](const ByName& side) {
        const auto found = side.find(name);
        return found == side.end() ? std::vector<const ast::Statement*>() : found->second;
      };
      statements(of(old_ones), of(new_ones),
                 path.empty() ? std::string(name) : fmt::format("{}.{}", path, name));
    }
  }
  std::vector<Change> finish() { return std::move(changes_); }

 private:
  void statements(std::vector<const ast::Statement*> before,
                  std::vector<const ast::Statement*> after, const std::string& path) {
    const size_t count = before.size();
    const bool same_number = count == after.size();
    std::vector<std::string> old_texts, new_texts;
    for (const auto* one : before) old_texts.push_back(one_spelling(*one));
    for (const auto* one : after) new_texts.push_back(one_spelling(*one));
    if (old_texts == new_texts) return;
    remove_alike(before, old_texts, after, new_texts);
    if (before.empty() && after.empty() && same_number) return add(path + ": other order");
    const size_t pairs = std::min(before.size(), after.size());
    for (size_t i = 0; i < pairs; ++i)
      pair(*before[i], *after[i], count > 1 ? fmt::format("{}[…]", path) : path);
    for (size_t i = pairs; i < before.size(); ++i) add_one("-", path, *before[i]);
    for (size_t i = pairs; i < after.size(); ++i) add_one("+", path, *after[i]);
  }

  static void remove_alike(std::vector<const ast::Statement*>& before,
                           std::vector<std::string>& old_texts,
                           std::vector<const ast::Statement*>& after,
                           std::vector<std::string>& new_texts) {
    for (size_t i = 0; i < before.size();) {
      const auto twin = std::find(new_texts.begin(), new_texts.end(), old_texts[i]);
      if (twin == new_texts.end()) {
        ++i;
        continue;
      }
      after.erase(after.begin() + (twin - new_texts.begin()));
      new_texts.erase(twin);
      before.erase(before.begin() + static_cast<std::ptrdiff_t>(i));
      old_texts.erase(old_texts.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }

  void pair(const ast::Statement& before, const ast::Statement& after, const std::string& path) {
    if (before.is_block && after.is_block) {
      const auto judged = judge_block(&before, &after);
      if (!judged) return bodies(before.body, after.body, path);
      const auto outer = std::exchange(judged_, judged);
      bodies(before.body, after.body, path);
      judged_ = outer;
      return;
    }
    if (before.is_block || after.is_block) return add(path + ": block and attribute change places");
    values(*before.value, *after.value, path, before.name);
  }

  /// Objects field by field, all else as a whole.
  void values(const ast::Expr& before, const ast::Expr& after, const std::string& path,
              std::string_view name) {
    if (before.kind != ast::ExprKind::object || after.kind != ast::ExprKind::object) {
      if (one_spelling(before) == one_spelling(after)) return;
      auto judged = judge_value(signature_, name, &before, &after);
      if (lists_targets(name) && missing_item(before, after) != nullptr)
        judged = Judgement{Level::targets, true};
      return add(fmt::format("{}: {} -> {}", path, shown(name, before), shown(name, after)),
                 judged);
    }
    for (const ast::Field& field : before.fields) {
      const ast::Field* now = find(after, field.key);
      const std::string inner = fmt::format("{}.{}", path, field.key);
      if (now != nullptr)
        values(*field.value, *now->value, inner, field.key);
      else
        add(fmt::format("- {} = {}", inner, shown(field.key, *field.value)),
            judge_value(signature_, field.key, field.value, nullptr));
    }
    for (const ast::Field& field : after.fields)
      if (find(before, field.key) == nullptr)
        add(fmt::format("+ {}.{} = {}", path, field.key, shown(field.key, *field.value)),
            judge_value(signature_, field.key, nullptr, field.value));
  }

  static const ast::Field* find(const ast::Expr& object, std::string_view key) {
    for (const ast::Field& field : object.fields)
      if (field.key == key) return &field;
    return nullptr;
  }

  void add_one(std::string_view sign, const std::string& path, const ast::Statement& one) {
    const bool is_new = sign == "+";
    if (one.is_block)
      return add(fmt::format("{} {}", sign, summary(one)),
                 judge_block(is_new ? nullptr : &one, is_new ? &one : nullptr));
    add(fmt::format("{} {} = {}", sign, path, shown(one.name, *one.value)),
        judge_value(signature_, one.name, is_new ? nullptr : one.value,
                    is_new ? one.value : nullptr));
  }

  /// `judged`: what it does to data; nullopt: as the block that it is in, else nothing.
  void add(const std::string& what, std::optional<Judgement> judged = std::nullopt) {
    if (!judged) judged = judged_.value_or(Judgement{level_, false});
    changes_.push_back({judged->level, judged->is_breaking, fmt::format("{}: {}", id_, what)});
  }

  std::string id_;
  const river::schema::Signature& signature_;
  Level level_;
  std::optional<Judgement> judged_;  ///< of the block that is compared now
  std::vector<Change> changes_;
};

/// Whether a component that is gone is there with another name. A source remembers by its name what
/// it has read: with another one it begins anew.
bool has_other_name(const Node& gone, const Program& after, const Program& before) {
  if (hands_on(*gone.signature)) return false;
  const auto body = [](const Node& node) {
    ast::Statement block = *node.block;
    block.label = {};
    return one_spelling(block);
  };
  return std::any_of(after.nodes.begin(), after.nodes.end(), [&](const auto& node) {
    return node->signature == gone.signature && before.find(node->id) == nullptr &&
           body(*node) == body(gone);
  });
}

}  // namespace

bool hands_on(const river::schema::Signature& signature) {
  return has_field(signature.arguments.fields, "forward_to") ||
         has_field(signature.arguments.fields, "output");
}

bool takes_in(const river::schema::Signature& signature) {
  return has_field(signature.exports, "receiver") || has_field(signature.exports, "input");
}

std::string_view name(Level level) {
  constexpr std::string_view kNames[] = {"setting", "delivery", "targets", "labels"};
  return kNames[static_cast<size_t>(level)];
}

std::vector<Change> compare(const Program& before, const Program& after) {
  std::map<std::string, std::pair<const Node*, const Node*>> nodes;
  for (const auto& node : before.nodes) nodes[node->id].first = node.get();
  for (const auto& node : after.nodes) nodes[node->id].second = node.get();
  std::vector<Change> changes;
  for (const auto& [id, sides] : nodes) {
    const auto& [old_one, new_one] = sides;
    const Level level = level_of(*(old_one != nullptr ? old_one : new_one)->signature);
    if (old_one == nullptr) {
      changes.push_back({level, false, fmt::format("+ {}", id)});
    } else if (new_one == nullptr) {
      // What went to a backend may go there by another component: see below.
      const bool is_breaking = level >= Level::targets && !has_other_name(*old_one, after, before);
      changes.push_back({level, is_breaking, fmt::format("- {}", id)});
    } else {
      Comparer comparer(*new_one, level);
      comparer.bodies(old_one->block->body, new_one->block->body, "");
      for (Change& change : comparer.finish()) changes.push_back(std::move(change));
    }
  }
  for (Change& change : changed_ways(before, after)) changes.push_back(std::move(change));
  return changes;
}

}  // namespace compiler::plan
