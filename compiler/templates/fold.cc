#include "compiler/templates/fold.h"

#include <algorithm>
#include <charconv>

#include "compiler/templates/template.h"
#include "river/build.h"
#include "river/diag/diagnostics.h"
#include "river/eval.h"

namespace compiler::templates {

namespace ast = river::ast;
using river::Value;

namespace {

/// Aliases may repeat big values, so what one variable can grow to is capped.
constexpr size_t kValueNodesMax = 100'000;

constexpr std::string_view kHostNames[] = {"name",     "hostname", "environment",
                                           "services", "docker",   "vars"};

Value to_value(const yaml::Node& node, size_t& budget) {
  Value value;
  if (budget == 0 || yaml::is_null(node)) return value;
  --budget;
  double number = 0;
  const char* end = node.text.data() + node.text.size();
  if (const auto flag = yaml::as_bool(node)) {
    value = Value::boolean(*flag);
  } else if (const auto integer = node.plain ? yaml::as_int(node) : std::nullopt) {
    value = Value::number(*integer);
  } else if (node.plain && std::from_chars(node.text.data(), end, number).ptr == end) {
    value = Value::number(number);
  } else if (node.kind == yaml::Kind::scalar) {
    value = Value::string(std::string(node.text));
  } else if (node.kind == yaml::Kind::list) {
    river::Array items;
    for (const yaml::Node* item : node.items) items.push_back(to_value(*item, budget));
    value = Value::array(std::move(items));
  } else {
    river::Object fields;
    for (const yaml::Pair& pair : node.pairs)
      fields.emplace_back(std::string(pair.key), to_value(*pair.value, budget));
    value = Value::object(std::move(fields));
  }
  value.origin = node.span;
  return value;
}

/// The function that a call names, when the standard library has it.
const river::Function* called_function(const ast::Expr& callee) {
  if (callee.kind == ast::ExprKind::identifier) {
    const Value* value = river::stdlib::lookup(callee.text);
    return value != nullptr ? value->as_function() : nullptr;
  }
  if (callee.kind != ast::ExprKind::access || callee.left->kind != ast::ExprKind::identifier)
    return nullptr;
  const Value* group = river::stdlib::lookup(callee.left->text);
  const Value* member = group != nullptr ? group->field(callee.text) : nullptr;
  return member != nullptr ? member->as_function() : nullptr;
}

/// Everything in it is known when compiling and means the same on every machine.
bool is_pure(const ast::Expr& expression) {
  if (expression.kind == ast::ExprKind::identifier) return expression.text == "host";
  if (expression.kind == ast::ExprKind::call) {
    const river::Function* function = called_function(*expression.left);
    if (function == nullptr || !function->pure) return false;
  } else if (expression.left != nullptr && !is_pure(*expression.left)) {
    return false;
  }
  return (expression.right == nullptr || is_pure(*expression.right)) &&
         std::all_of(expression.items.begin(), expression.items.end(),
                     [](const ast::Expr* item) { return is_pure(*item); }) &&
         std::all_of(expression.fields.begin(), expression.fields.end(),
                     [](const ast::Field& field) { return is_pure(*field.value); });
}

/// The names of `host.a.b` or `host.a["b"]` as nodes, outermost last; empty for anything else.
std::vector<const ast::Expr*> host_chain(const ast::Expr& expression) {
  std::vector<const ast::Expr*> names;
  const ast::Expr* at = &expression;
  while (at->kind == ast::ExprKind::access ||
         (at->kind == ast::ExprKind::index && at->right->kind == ast::ExprKind::string)) {
    names.push_back(at);
    at = at->left;
  }
  if (at->kind != ast::ExprKind::identifier || at->text != "host") return {};
  std::reverse(names.begin(), names.end());
  return names;
}

std::string_view name_of(const ast::Expr& link) {
  if (link.kind == ast::ExprKind::access) return link.text;
  const std::string_view quoted = link.right->text;
  return quoted.substr(1, quoted.size() - 2);
}

uint16_t height_of(const ast::Expr& expression) {
  int below = -1;
  const auto take = [&](const ast::Expr* child) {
    if (child != nullptr) below = std::max<int>(below, child->height);
  };
  take(expression.left);
  take(expression.right);
  for (const ast::Expr* item : expression.items) take(item);
  for (const ast::Field& field : expression.fields) take(field.value);
  return static_cast<uint16_t>(below + 1);
}

/// "vars.rack": the names up to and including one of them.
std::string path_to(const std::vector<const ast::Expr*>& names, size_t last) {
  std::string path(name_of(*names[0]));
  for (size_t i = 1; i <= last; ++i) path.append(".").append(name_of(*names[i]));
  return path;
}

}  // namespace

Value to_value(const yaml::Node& node) {
  size_t budget = kValueNodesMax;
  return to_value(node, budget);
}

/// host.NAME and host.services etc., which are no variables of the inventory; false: there is none.
bool HostFolder::own_value(std::string_view name, Value& value) const {
  if (name == "name") {
    value = Value::string(std::string(host_.name));
    value.origin = host_.entry->span;
  } else if (name == "hostname" || name == "environment") {
    const host::Text& text = name == "hostname" ? host_.hostname : host_.environment;
    value = Value::string(std::string(text.value));
    value.origin = text.span;
  } else if (name == "docker") {
    value = Value::boolean(host_.has_service("docker"));
  } else if (name == "services") {
    river::Array services;
    for (const host::Text& service : host_.services) {
      services.push_back(Value::string(std::string(service.value)));
      services.back().origin = service.span;
    }
    value = Value::array(std::move(services));
  } else {
    return false;
  }
  return true;
}

/// host.vars.NAMES: how many links of the chain exist; all of them: the value is in `storage`, or
/// it is encrypted, which was reported.
size_t HostFolder::variable(const std::vector<const ast::Expr*>& names, Value& storage) {
  if (names.size() < 2) return 0;  // `host.vars` alone is no value.
  const yaml::Pair* pair = host_.entry->find(name_of(*names[1]));
  size_t used = 1;
  const yaml::Node* node = nullptr;
  for (; pair != nullptr; ++used) {
    node = used == 1 ? inventory::with_rendered(*pair->value, rendered_, arena_) : pair->value;
    if (used + 1 == names.size()) break;
    pair = node->find(name_of(*names[used + 1]));
  }
  if (pair == nullptr) return used;
  if (const yaml::Node* closed = yaml::find_encrypted(*node))
    report_encrypted(*names.back(), path_to(names, names.size() - 1), *closed);
  else
    storage = to_value(*node);
  return names.size();
}

void HostFolder::report_encrypted(const ast::Expr& link, const std::string& path,
                                  const yaml::Node& closed) {
  failed_.push_back(link.span);
  diagnostics_
      .error("F051", link.span, "host {}: {} is encrypted and would be written into the config",
             host_.name, path)
      .note(closed.span, "it is set here")
      .with_help(std::string(inventory::kSecretHelp));
}

void HostFolder::report_missing(const std::vector<const ast::Expr*>& names, size_t failed_at) {
  const ast::Expr& link = *names[failed_at];
  const std::string_view first = name_of(*names[0]);
  failed_.push_back(names.back()->span);
  auto& problem = diagnostics_.error("F065", link.span, "host {} has no {}", host_.name,
                                     path_to(names, failed_at));
  std::vector<std::string_view> known;
  if (failed_at == 0) known.assign(std::begin(kHostNames), std::end(kHostNames));
  if (failed_at == 1 && first == "vars")
    for (const yaml::Node* layer : host_.entry->layers)
      for (const yaml::Pair& pair : layer->pairs) known.push_back(pair.key);
  if (const auto near = river::diag::did_you_mean(name_of(link), known); !near.empty())
    problem.with_help(fmt::format("did you mean \"{}\"?", near));
  else if (failed_at == 0)
    problem.with_help(fmt::format("host has {}", fmt::join(kHostNames, ", ")));
  else if (first == "vars")
    note_closed(*host_.entry, problem);
}

/// The value of host.NAMES..., or nullptr with the failing link in `names` reported.
const Value* HostFolder::resolve(const std::vector<const ast::Expr*>& names, Value& storage) {
  const std::string_view first = name_of(*names[0]);
  if (first == "vars") {
    const size_t failed_before = failed_.size();
    const size_t used = variable(names, storage);
    if (used < names.size()) report_missing(names, used);
    return failed_.size() == failed_before ? &storage : nullptr;
  }
  const Value* value = own_value(first, storage) ? &storage : nullptr;
  size_t failed_at = 0;
  for (size_t used = 1; value != nullptr && used < names.size(); ++used) {
    failed_at = used;
    value = value->field(name_of(*names[used]));
  }
  if (value == nullptr) report_missing(names, failed_at);
  return value;
}

/// `host.a.b` as a literal; a plain copy when it does not exist.
ast::Expr* HostFolder::known_part(const ast::Expr& chain) {
  Value storage;
  const Value* value = resolve(host_chain(chain), storage);
  ast::Expr* literal =
      value != nullptr ? river::Builder(arena_, chain.span).literal(*value) : nullptr;
  if (literal == nullptr) return arena_.make(chain);
  literal->before = chain.before;
  return literal;
}

ast::Expr* HostFolder::copy(const ast::Expr& expression) {
  if (!host_chain(expression).empty()) return known_part(expression);
  ast::Expr* result = arena_.make(expression);
  if (expression.left != nullptr) result->left = fold(*expression.left);
  if (expression.right != nullptr) result->right = fold(*expression.right);
  std::vector<ast::Expr*> items;
  for (const ast::Expr* item : expression.items) items.push_back(fold(*item));
  result->items = arena_.list(items);
  std::vector<ast::Field> fields(expression.fields.begin(), expression.fields.end());
  for (ast::Field& field : fields) field.value = fold(*field.value);
  result->fields = arena_.list(fields);
  result->height = height_of(*result);
  return result;
}

ast::Expr* HostFolder::fold(const ast::Expr& expression) {
  ast::Expr* result = copy(expression);
  const bool keeps_shape = expression.kind == ast::ExprKind::array ||
                           expression.kind == ast::ExprKind::object ||
                           !host_chain(expression).empty();
  if (keeps_shape || !mentions_host(expression) || !is_pure(expression)) return result;
  const bool is_broken = std::any_of(failed_.begin(), failed_.end(), [&](river::diag::Span span) {
    return span.begin >= expression.span.begin && span.end <= expression.span.end;
  });
  if (is_broken) return result;
  const Value value = river::evaluate(
      *result, [](std::string_view) { return nullptr; }, diagnostics_);
  ast::Expr* literal = river::Builder(arena_, expression.span).literal(value);
  if (literal == nullptr) {  // Evaluating failed and was reported.
    failed_.push_back(expression.span);
    return result;
  }
  literal->before = expression.before;
  return literal;
}

ast::Statement* HostFolder::fold(const ast::Statement& statement) {
  ast::Statement* result = arena_.make(statement);
  if (statement.value != nullptr) result->value = fold(*statement.value);
  std::vector<ast::Statement*> inner;
  for (const ast::Statement* child : statement.body.statements) inner.push_back(fold(*child));
  result->body.statements = arena_.list(inner);
  return result;
}

}  // namespace compiler::templates
