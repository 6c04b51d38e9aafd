#include <strings.h>

#include <algorithm>

#include "base/text.h"
#include "compiler/checks/checks.h"
#include "compiler/emit/compile.h"
#include "compiler/inventory/inventory.h"
#include "river/diag/render.h"
#include "river/schema/scalar.h"

namespace compiler::emit {

namespace ast = river::ast;
namespace schema = river::schema;

namespace {

/// The text of a literal without its quotes; empty for all else.
std::string_view spelled_out(const ast::Expr& value) {
  if (value.kind == ast::ExprKind::paren) return spelled_out(*value.left);
  const bool is_text =
      value.kind == ast::ExprKind::string || value.kind == ast::ExprKind::raw_string;
  return is_text && value.text.size() > 2 ? value.text.substr(1, value.text.size() - 2) : "";
}

/// All that the value is made of stands here: texts, and calls of functions on them, but nothing of
/// the environment or of other components.
bool is_made_of_texts(const ast::Expr& value, bool& has_text) {
  has_text |= !spelled_out(value).empty();
  if (value.kind == ast::ExprKind::identifier) return false;
  if (value.kind == ast::ExprKind::call) {
    const ast::Expr* root = value.left;
    while (root->left != nullptr) root = root->left;
    if (root->text == "sys" || root->text == "env") return false;
  } else if (value.left != nullptr && !is_made_of_texts(*value.left, has_text)) {
    return false;
  }
  return (value.right == nullptr || is_made_of_texts(*value.right, has_text)) &&
         std::all_of(value.items.begin(), value.items.end(),
                     [&](const ast::Expr* item) { return is_made_of_texts(*item, has_text); });
}

bool is_made_of_texts(const ast::Expr& value) {
  bool has_text = false;
  return is_made_of_texts(value, has_text) && has_text;
}

/// coalesce(sys.env("NAME"), "hunter2"): what is used where the environment has nothing.
bool has_plain_fallback(const ast::Expr& value) {
  const ast::Expr* callee = value.left;
  while (callee != nullptr && callee->kind == ast::ExprKind::paren) callee = callee->left;
  const bool is_coalesce = value.kind == ast::ExprKind::call && callee->text == "coalesce";
  if (is_coalesce && std::any_of(value.items.begin(), value.items.end(),
                                 [](const ast::Expr* item) { return is_made_of_texts(*item); }))
    return true;
  const auto has = [](const ast::Expr* part) {
    return part != nullptr && has_plain_fallback(*part);
  };
  return has(value.left) || has(value.right) ||
         std::any_of(value.items.begin(), value.items.end(), has) ||
         std::any_of(value.fields.begin(), value.fields.end(),
                     [&](const ast::Field& field) { return has(field.value); });
}

bool is_spelled_out(const ast::Expr& value) {
  return is_made_of_texts(value) || has_plain_fallback(value);
}

bool is_secret(const schema::Field& field) {
  return field.type == &schema::Codec<base::Secret>::type ||
         field.type == &schema::Codec<schema::OptionalSecret>::type;
}

/// Authorization, X-Api-Key, PRIVATE-TOKEN, Cookie.
bool is_secret_header(std::string_view header) {
  constexpr std::string_view kCookie = "cookie";
  return river::diag::names_secret(header) ||
         (header.size() == kCookie.size() &&
          strncasecmp(header.data(), kCookie.data(), kCookie.size()) == 0);
}

/// __param_token of a target: a parameter of the request that scrapes it.
bool is_secret_target_parameter(std::string_view label) {
  return label.starts_with("__param_") && river::diag::names_secret(label);
}

/// https://host/push?api_key=SECRET
bool has_secret_parameter(std::string_view url) {
  const size_t query = url.find('?');
  if (query == url.npos || url.find("://") > query) return false;
  std::string_view rest = url.substr(query + 1);
  rest = rest.substr(0, rest.find('#'));
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    const size_t equals = pair.find('=');
    if (equals != pair.npos && equals + 1 < pair.size() &&
        river::diag::names_secret(pair.substr(0, equals)))
      return true;
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
  }
  return false;
}

/// https://user:PASSWORD@host
bool has_password(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme == url.npos) return false;
  std::string_view authority = url.substr(scheme + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  const size_t at = authority.rfind('@');
  return at != authority.npos && authority.substr(0, at).find(':') != authority.npos;
}

class Finder {
 public:
  explicit Finder(river::diag::Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  void look(const ast::Body& body, const schema::BlockSchema& schema) {
    for (const ast::Statement* statement : body.statements) look(*statement, schema);
  }

  /// sys.env("hunter2!"): the value itself where the name of its variable belongs.
  void look(const checks::EnvironmentUse& use) {
    if (!base::is_label_name(use.name))
      report_at(use.place,
                "no environment variable has such a name (letters, digits and _); this may be a "
                "secret itself");
  }

 private:
  void look(const ast::Statement& statement, const schema::BlockSchema& schema) {
    for (const schema::Field& field : schema.fields) {
      if (field.form == schema::Form::squash) look(statement, *field.schema);
      if (field.name != statement.name) continue;
      if (field.form == schema::Form::block && statement.is_block)
        look(statement.body, *field.schema);
      if (field.form == schema::Form::attribute && !statement.is_block)
        look_at_value(statement, field);
    }
  }

  void look_at_value(const ast::Statement& statement, const schema::Field& field) {
    const ast::Expr& value = *statement.value;
    if (is_secret(field) && is_spelled_out(value))
      return report(value, fmt::format("a {}", statement.name));
    look_at_urls(value);
    const auto is_of = [&](std::string_view what) { return field.name.ends_with(what); };
    if (is_of("header") || is_of("headers"))
      look_at_pairs(
          value, [](std::string_view key) { return is_secret_header(key); }, "header");
    else if (is_of("params"))
      look_at_pairs(
          value, [](std::string_view key) { return river::diag::names_secret(key); }, "parameter");
    else
      look_at_pairs(value, is_secret_target_parameter, "parameter");
  }

  /// The texts of an expression, one of which may be a URL.
  void look_at_urls(const ast::Expr& value) {
    if (value.kind == ast::ExprKind::string || value.kind == ast::ExprKind::raw_string) {
      const std::string_view text = spelled_out(value);
      if (has_password(text)) return report(value, "a password");
      if (has_secret_parameter(text)) return report(value, "a secret in the query of a URL");
    }
    for (const ast::Expr* part : {value.left, value.right})
      if (part != nullptr) look_at_urls(*part);
    for (const ast::Expr* item : value.items) look_at_urls(*item);
    for (const ast::Field& one : value.fields) look_at_urls(*one.value);
  }

  /// The maps of an expression that makes headers, or parameters of a request.
  void look_at_pairs(const ast::Expr& value, bool (*is_secret_key)(std::string_view),
                     std::string_view what) {
    for (const ast::Field& pair : value.fields)
      if (is_secret_key(pair.key) && is_spelled_out(*pair.value))
        report(*pair.value, fmt::format("the {} {}", what, pair.key));
    if (value.left != nullptr) look_at_pairs(*value.left, is_secret_key, what);
    if (value.right != nullptr) look_at_pairs(*value.right, is_secret_key, what);
    for (const ast::Expr* item : value.items) look_at_pairs(*item, is_secret_key, what);
  }

  void report(const ast::Expr& value, const std::string& what) {
    report_at(value.span, fmt::format("{} in plain text", what));
  }

  void report_at(river::diag::Span span, const std::string& problem) {
    diagnostics_.error("F050", span, "{}", problem)
        .with_help(std::string(inventory::kSecretHelp))
        .without_source();
  }

  river::diag::Diagnostics& diagnostics_;
};

}  // namespace

void report_plain_secrets(const river::config::Program& program,
                          river::diag::Diagnostics& diagnostics) {
  Finder finder(diagnostics);
  for (const auto& node : program.nodes) finder.look(node->block->body, node->signature->arguments);
  for (const checks::EnvironmentUse& use : checks::environment_of(program)) finder.look(use);
}

}  // namespace compiler::emit
