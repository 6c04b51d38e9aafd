#include <fnmatch.h>

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

constexpr std::string_view kPath = "__path__", kExclude = "__path_exclude__";

/// Files of one target.
struct Files {
  std::string path, exclude;
  Span place;

  bool is_glob() const { return path.find_first_of("*?[{") != std::string::npos; }
  bool takes(const std::string& file) const {
    return fnmatch(path.c_str(), file.c_str(), FNM_PATHNAME) == 0 &&
           (exclude.empty() || fnmatch(exclude.c_str(), file.c_str(), FNM_PATHNAME) != 0);
  }
};

void collect_files(const ast::Expr& value, std::vector<Files>& files) {
  Files found;
  for (const ast::Field& field : value.fields) {
    const auto text = text_of(*field.value);
    if (text && field.key == kPath) {
      found.path = *text;
      found.place = field.value->span;
    }
    if (text && field.key == kExclude) found.exclude = *text;
  }
  if (!found.path.empty()) files.push_back(std::move(found));
  for (const ast::Expr* item : value.items) collect_files(*item, files);
  for (const ast::Expr* inner : {value.left, value.right})
    if (inner != nullptr) collect_files(*inner, files);
}

void collect_files(const ast::Body& body, std::vector<Files>& files) {
  for (const ast::Statement* statement : body.statements) {
    if (statement->is_block)
      collect_files(statement->body, files);
    else
      collect_files(*statement->value, files);
  }
}

bool takes_both(const Files& a, const Files& b) {
  if (a.path == b.path) return a.exclude == b.exclude;
  if (a.is_glob() == b.is_glob()) return false;
  return a.is_glob() ? a.takes(b.path) : b.takes(a.path);
}

bool has_export(const Node& node, std::string_view name) {
  const auto& exports = node.signature->exports;
  return std::any_of(exports.begin(), exports.end(),
                     [&](const river::schema::Field& field) { return field.name == name; });
}

bool hands_on(const Node& node) {
  const auto& fields = node.signature->arguments.fields;
  return std::any_of(fields.begin(), fields.end(), [&](const river::schema::Field& field) {
    return field.name == "forward_to" || field.name == "output";
  });
}

/// http:// to another machine.
bool is_plain_remote(std::string_view url) {
  constexpr std::string_view kScheme = "http://";
  if (!url.starts_with(kScheme)) return false;
  std::string_view host = url.substr(kScheme.size());
  host = host.substr(0, host.find_first_of("/?#"));
  if (const size_t at = host.rfind('@'); at != host.npos) host.remove_prefix(at + 1);
  return !host.starts_with("localhost") && !host.starts_with("127.") && !host.starts_with("[::1]");
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

bool is_unbounded_name(std::string_view name) {
  constexpr std::string_view kNames[] = {
      "traceid",   "spanid",    "requestid", "reqid",      "correlationid", "sessionid",
      "userid",    "uuid",      "guid",      "pid",        "processid",     "threadid",
      "tid",       "ip",        "clientip",  "remoteaddr", "remoteip",      "containerid",
      "timestamp", "time",      "ts",        "duration",   "latency",       "message",
      "msg",       "useragent", "url",       "query",      "email",         "port"};
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

void check_files(const Program& program, Diagnostics& diagnostics) {
  std::vector<Files> files;
  for (const auto& node : program.nodes) collect_files(node->block->body, files);
  for (size_t i = 0; i < files.size(); ++i)
    for (size_t j = 0; j < i; ++j) {
      if (!takes_both(files[j], files[i])) continue;
      diagnostics
          .warning("C037", files[i].place, "{} is read twice: each of its lines is sent twice",
                   files[i].is_glob() ? files[j].path : files[i].path)
          .note(files[j].place, "it is read here, too")
          .with_help("give one of them, or exclude it from the other with __path_exclude__");
      break;
    }
}

void check_credentials(const ast::Body& body, Diagnostics& diagnostics) {
  constexpr std::string_view kCredentials[] = {"basic_auth", "authorization", "bearer_token",
                                               "bearer_token_file", "oauth2"};
  const ast::Statement* url = nullptr;
  const ast::Statement* credentials = nullptr;
  for (const ast::Statement* one : body.statements) {
    if (one->is_block) check_credentials(one->body, diagnostics);
    if (one->name == "url" && !one->is_block) url = one;
    if (std::find(std::begin(kCredentials), std::end(kCredentials), one->name) !=
        std::end(kCredentials))
      credentials = one;
  }
  if (url == nullptr || credentials == nullptr) return;
  const auto text = text_of(*url->value);
  if (!text || !is_plain_remote(*text)) return;
  diagnostics
      .warning("C036", url->value->span,
               "credentials go over plain HTTP: who is between can read them")
      .note(credentials->header_span(), "they are given here")
      .with_help("use https://");
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
