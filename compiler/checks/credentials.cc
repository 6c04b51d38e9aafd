#include <algorithm>

#include "compiler/checks/checks.h"
#include "river/diag/render.h"

/// Credentials that go to another machine in plain text: over http://, over gRPC without TLS, and
/// to targets that are scraped by HTTP.
namespace compiler::checks {

namespace ast = river::ast;
using river::diag::Diagnostics;

namespace {

/// The host of "user:password@host:port/path" is another machine.
bool is_remote(std::string_view address) {
  address = address.substr(0, address.find_first_of("/?#"));
  if (const size_t at = address.rfind('@'); at != address.npos) address.remove_prefix(at + 1);
  const std::string_view host =
      address.starts_with('[') ? address : address.substr(0, address.find(':'));
  return !host.empty() && host != "localhost" && !host.starts_with("127.") &&
         !host.starts_with("[::1]") && !host.starts_with("unix");
}

bool is_plain_remote(std::string_view url) {
  constexpr std::string_view kScheme = "http://";
  return url.starts_with(kScheme) && is_remote(url.substr(kScheme.size()));
}

/// "http://user:password@host"
bool names_user(std::string_view url) {
  const size_t begin = url.find("://");
  if (begin == url.npos) return false;
  const std::string_view rest = url.substr(begin + 3);
  return rest.substr(0, rest.find_first_of("/?#")).find('@') != rest.npos;
}

const ast::Statement* find(const ast::Body& body, std::string_view name, bool is_block) {
  for (const ast::Statement* one : body.statements)
    if (one->is_block == is_block && one->name == name) return one;
  return nullptr;
}

/// Headers under the name of a secret.
bool holds_secret(const ast::Expr& headers) {
  return std::any_of(headers.fields.begin(), headers.fields.end(),
                     [](const ast::Field& field) { return river::diag::names_secret(field.key); });
}

/// What a body gives to prove who sends; nullptr: nothing.
const ast::Statement* credentials_of(const ast::Body& body) {
  for (const ast::Statement* one : body.statements) {
    if (is_one_of(one->name, {"basic_auth", "authorization", "bearer_token", "bearer_token_file",
                              "oauth2", "client_secret", "client_secret_file"}))
      return one;
    if (one->is_block) continue;
    if (is_one_of(one->name, {"url", "endpoint"}) && names_user(text_of(*one->value).value_or("")))
      return one;
    if (one->name == "auth" ||
        (is_one_of(one->name, {"headers", "http_headers"}) && holds_secret(*one->value)))
      return one;
  }
  return nullptr;
}

/// "host:port" of gRPC with tls { insecure = true }.
bool is_insecure_grpc(const ast::Body& body, std::string_view address) {
  const ast::Statement* tls = find(body, "tls", true);
  const ast::Statement* insecure = tls != nullptr ? find(tls->body, "insecure", false) : nullptr;
  return insecure != nullptr && insecure->value->text == "true" &&
         address.find("://") == address.npos && is_remote(address);
}

/// The first address among targets that are written there; nullptr: none is plain.
const ast::Expr* plain_target(const ast::Expr& value) {
  const ast::Expr* address = nullptr;
  bool is_plain = true;
  for (const ast::Field& field : value.fields) {
    if (field.key == "__address__") address = field.value;
    if (field.key == "__scheme__") is_plain = text_of(*field.value) == "http";
  }
  if (address != nullptr && is_plain && is_remote(text_of(*address).value_or("localhost")))
    return address;
  for (const ast::Expr* item : value.items)
    if (const ast::Expr* found = plain_target(*item)) return found;
  return nullptr;
}

/// The place of an address to which the body's credentials go in plain text; nullptr: none does.
const ast::Expr* plain_address(const ast::Body& body) {
  for (const std::string_view name : {"url", "endpoint", "token_url"})
    if (const ast::Statement* url = find(body, name, false)) {
      const auto text = text_of(*url->value);
      if (text && (is_plain_remote(*text) || is_insecure_grpc(body, *text))) return url->value;
    }
  const ast::Statement* targets = find(body, "targets", false);
  if (targets == nullptr) return nullptr;
  const ast::Statement* scheme = find(body, "scheme", false);
  const bool is_plain = scheme == nullptr || text_of(*scheme->value) == "http";
  return is_plain ? plain_target(*targets->value) : nullptr;
}

}  // namespace

void check_credentials(const ast::Body& body, Diagnostics& diagnostics) {
  for (const ast::Statement* one : body.statements)
    if (one->is_block) check_credentials(one->body, diagnostics);
  const ast::Statement* credentials = credentials_of(body);
  const ast::Expr* address = credentials != nullptr ? plain_address(body) : nullptr;
  if (address == nullptr) return;
  const bool is_grpc = !text_of(*address).value_or("").starts_with("http:") &&
                       find(body, "targets", false) == nullptr;
  diagnostics
      .warning("C036", address->span,
               "credentials are sent over plain {}: anyone on the path can read them",
               is_grpc ? "gRPC" : "HTTP")
      .note(credentials->header_span(), "they are given here")
      .with_help(is_grpc ? "use TLS: leave insecure out" : "use https://");
}

}  // namespace compiler::checks
