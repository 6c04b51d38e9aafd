#include <algorithm>

#include "base/text.h"
#include "compiler/checks/checks.h"
#include "river/text.h"

namespace compiler::checks {

namespace ast = river::ast;
using river::config::Node;
using river::config::Program;
using river::diag::Diagnostics;
using river::diag::Span;

namespace {

bool hands_on(const Node& node) {
  const auto& fields = node.signature->arguments.fields;
  return std::any_of(fields.begin(), fields.end(), [&](const river::schema::Field& field) {
    return field.name == "forward_to" || field.name == "output";
  });
}

bool is_environment(const ast::Expr& callee) {
  if (callee.kind == ast::ExprKind::identifier) return callee.text == "env";
  return callee.kind == ast::ExprKind::access && callee.text == "env" && callee.left != nullptr &&
         callee.left->text == "sys";
}

void collect_environment(const ast::Expr& value, std::vector<EnvironmentUse>& uses) {
  if (value.kind == ast::ExprKind::call && value.left->text == "coalesce") return;
  if (value.kind == ast::ExprKind::call && is_environment(*value.left) && value.items.size() == 1)
    if (auto name = text_of(*value.items[0])) uses.push_back({std::move(*name), value.span});
  if (value.left != nullptr) collect_environment(*value.left, uses);
  if (value.right != nullptr) collect_environment(*value.right, uses);
  for (const ast::Expr* item : value.items) collect_environment(*item, uses);
  for (const ast::Field& field : value.fields) collect_environment(*field.value, uses);
}

void collect_environment(const ast::Body& body, std::vector<EnvironmentUse>& uses) {
  for (const ast::Statement* statement : body.statements) {
    if (statement->is_block)
      collect_environment(statement->body, uses);
    else
      collect_environment(*statement->value, uses);
  }
}

}  // namespace

bool has_export(const Node& node, std::string_view name) {
  const auto& exports = node.signature->exports;
  return std::any_of(exports.begin(), exports.end(),
                     [&](const river::schema::Field& field) { return field.name == name; });
}

bool is_unbounded_name(std::string_view name) {
  constexpr std::string_view kNames[] = {
      "traceid",   "spanid",    "requestid",  "reqid",       "correlationid", "sessionid",
      "userid",    "uuid",      "guid",       "pid",         "processid",     "threadid",
      "tid",       "ip",        "clientip",   "remoteaddr",  "remoteip",      "containerid",
      "timestamp", "time",      "ts",         "duration",    "latency",       "message",
      "msg",       "useragent", "url",        "query",       "email",         "port",
      "path",      "uri",       "requesturi", "requestpath", "urlpath"};
  std::string plain;
  for (const char c : name)
    if (base::is_letter(c) || base::is_digit(c)) plain += base::to_lower(c);
  return std::find(std::begin(kNames), std::end(kNames), plain) != std::end(kNames);
}

std::optional<std::string> text_of(const ast::Expr& value) {
  if (value.kind == ast::ExprKind::paren) return text_of(*value.left);
  const bool is_text =
      value.kind == ast::ExprKind::string || value.kind == ast::ExprKind::raw_string;
  return is_text ? std::optional(river::unquote(value.text)) : std::nullopt;
}

void check_unused(const Program& program, Diagnostics& diagnostics) {
  std::set<const Node*> used;
  for (const auto& node : program.nodes)
    used.insert(node->dependencies.begin(), node->dependencies.end());
  for (const auto& node : program.nodes) {
    const bool is_useful = used.contains(node.get()) || node->signature->exports.empty() ||
                           has_export(*node, "receiver") || has_export(*node, "input") ||
                           hands_on(*node);
    if (is_useful) continue;
    const std::string_view name = node->signature->exports[0].name;
    diagnostics.warning("R094", node->block->header_span(), "nothing uses {}", node->id)
        .with_help(fmt::format("refer to {}.{}, or remove it", node->id, name));
  }
}

std::vector<EnvironmentUse> environment_of(const Program& program) {
  std::vector<EnvironmentUse> uses;
  for (const auto& node : program.nodes) collect_environment(node->block->body, uses);
  return uses;
}

}  // namespace compiler::checks
