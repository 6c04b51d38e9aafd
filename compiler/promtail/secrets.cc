#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "compiler/promtail/importer.h"
#include "river/diag/render.h"

/// What is spelled out and must not be: the result reads a variable in its place.
namespace compiler::promtail {

using yaml::Fields;
using yaml::Node;

namespace {

constexpr Setting kTls[] = {
    {"ca", "ca_pem"},
    {"ca_file", "ca_file"},
    {"cert", "cert_pem"},
    {"cert_file", "cert_file"},
    {"key_file", "key_file"},
    {"server_name", "server_name"},
    {"insecure_skip_verify", "insecure_skip_verify", Kind::literal},
    {"min_version", "min_version"},
};

constexpr Setting kOauth[] = {
    {"client_id", "client_id"},
    {"client_secret_file", "client_secret_file"},
    {"scopes", "scopes", Kind::texts},
};

constexpr Setting kHttp[] = {
    {"no_proxy", "no_proxy"},
    {"proxy_from_environment", "proxy_from_environment", Kind::literal},
    {"follow_redirects", "follow_redirects", Kind::literal},
    {"enable_http2", "enable_http2", Kind::literal},
};

/// Authorization, X-Api-Key, Cookie; api_key of a query.
bool is_secret_key(std::string_view key) {
  return river::diag::names_secret(key) || base::to_lower(key) == "cookie";
}

/// The value of the first parameter of a query that is a secret; empty without one.
std::string_view secret_parameter(std::string_view url) {
  size_t at = url.find('?');
  while (at < url.size()) {
    const size_t end = std::min(find_outside_variables(url, "&#", at + 1), url.size());
    const std::string_view pair = url.substr(at + 1, end - at - 1);
    const size_t equals = pair.find('=');
    if (equals != pair.npos && is_secret_key(pair.substr(0, equals)) && equals + 1 < pair.size())
      return pair.substr(equals + 1);
    at = end;
  }
  return {};
}

}  // namespace

UrlParts parts_of(std::string_view url) {
  UrlParts out;
  const size_t scheme = url.find("://");
  const size_t begin = scheme == url.npos ? 0 : scheme + 3;
  const size_t end = std::min(find_outside_variables(url, "/?#", begin), url.size());
  size_t at = url.npos;
  for (size_t found = find_outside_variables(url, "@", begin); found < end;
       found = find_outside_variables(url, "@", found + 1))
    at = found;
  const size_t host = at == url.npos ? begin : at + 1;
  out.rest = fmt::format("{}{}", url.substr(0, begin), url.substr(host));
  if (at != url.npos) {
    const std::string_view login = url.substr(begin, at - begin);
    const size_t colon = find_outside_variables(login, ":", 0);
    out.user = login.substr(0, colon);
    if (colon != login.npos) out.password = login.substr(colon + 1);
  }
  const size_t port = find_outside_variables(url.substr(0, end), ":", host);
  const bool is_port =
      port == url.npos || url[host] == '[' || has_variable(url.substr(port, end - port)) ||
      url.substr(port + 1, end - port - 1).find_first_not_of("0123456789") == url.npos;
  // "host/a:b@c" is no path that anyone would have.
  const size_t colon = url.substr(0, url.find('?', end)).find(':', end);
  out.is_cut = url.find('@', is_port ? colon : end) != url.npos;
  return out;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size(); ++at) {
    uint8_t byte = 0;
    const char* begin = text.data() + at + 1;
    const bool is_escape = text[at] == '%' && at + 2 < text.size() &&
                           std::from_chars(begin, begin + 2, byte, 16).ptr == begin + 2;
    out += is_escape ? static_cast<char>(byte) : text[at];
    if (is_escape) at += 2;
  }
  return out;
}

std::string upper(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return out;
}

std::string Importer::hidden(const Node& node, std::string_view what, std::string_view value,
                             std::string_view variable) {
  const bool is_variable = has_variable(value);
  if (is_variable) text(node, value);  // Reports what is odd in it.
  if (is_variable && !has_default(value)) return secret_expression(value);
  auto [known, is_new] = secrets_.try_emplace(&node, std::string(variable));
  if (is_new && !is_variable)
    for (size_t number = 2; !variables_.insert(known->second).second; ++number)
      known->second = fmt::format("{}_{}", variable, number);
  if (is_new && is_variable)
    diagnostics_
        .warning("F117", node.span, "the default of {} is spelled out, and is not carried over",
                 what)
        .with_help("set its variable in the agent's environment")
        .without_source();
  else if (is_new)
    diagnostics_.warning("F117", node.span, "{} is spelled out, and is not carried over", what)
        .with_help(fmt::format("set {} in the agent's environment to it", known->second))
        .without_source();
  if (is_variable) return secret_expression(value);
  return fmt::format("sys.env(\"{}\")", known->second);
}

void Importer::secret(Fields& fields, std::string_view key, std::string_view attribute,
                      std::string_view variable) {
  const Node* node = fields.value(key);
  if (node == nullptr) return;
  out_.at(node->span);
  out_.set(attribute, hidden(*node, key, text_of(*node, key), variable));
}

/// The whole URL is a secret where a part of it is.
std::string Importer::url_expression(const Node& node, std::string_view key, std::string_view url,
                                     std::string_view variable) {
  const UrlParts parts = parts_of(url);
  const auto is_spelled = [](std::string_view part) {
    return !part.empty() && !has_variable(part);
  };
  const std::string_view parameter = secret_parameter(url);
  const std::string what = fmt::format("{} with its secret", key);
  if (parts.is_cut || is_spelled(parts.password) || is_spelled(parameter))
    return hidden(node, what, {}, variable);
  if (has_default(parts.password) || has_default(parameter))
    return hidden(node, what, url, variable);
  return text(node, url);
}

void Importer::url_setting(Fields& fields, std::string_view key, std::string_view variable) {
  const Node* node = fields.value(key);
  if (node == nullptr) return;
  out_.at(node->span);
  out_.set(key, url_expression(*node, key, text_of(*node, key), variable));
}

/// Of a map of texts those are secrets whose keys say so.
void Importer::pairs_with_secrets(Fields& fields, std::string_view key, const std::string& prefix) {
  const Node* node = fields.value(key);
  if (node == nullptr) return;
  std::vector<std::pair<std::string, std::string>> out;
  for (const yaml::Pair& pair : pairs(*node, key)) {
    const bool is_null = yaml::is_null(*pair.value);
    const std::string value = is_null ? std::string() : text_of(*pair.value, pair.key);
    out.emplace_back(pair.key, is_secret_key(pair.key) && !value.empty()
                                   ? hidden(*pair.value, pair.key, value,
                                            prefix + "_" + upper(identifier(pair.key)))
                                   : text(*pair.value, value));
  }
  out_.at(node->span);
  out_.set(key, object_expression(out));
}

/// What clients of HTTP have in common: of Loki, of Docker, of Kubernetes.
void Importer::http_client(Fields& fields, const std::string& prefix) {
  url_setting(fields, "proxy_url", prefix + "_PROXY_URL");
  copy(fields, kHttp);
  if (const Node* basic = fields.value("basic_auth")) {
    out_.at(basic->span);
    Fields inner(*basic, "basic_auth", wording(), diagnostics_);
    out_.open("basic_auth");
    constexpr Setting kBasic[] = {{"username", "username"}, {"password_file", "password_file"}};
    copy(inner, kBasic);
    secret(inner, "password", "password", prefix + "_PASSWORD");
    out_.close();
  }
  if (const Node* authorization = fields.value("authorization")) {
    out_.at(authorization->span);
    Fields inner(*authorization, "authorization", wording(), diagnostics_);
    out_.open("authorization");
    constexpr Setting kHeader[] = {{"type", "type"}, {"credentials_file", "credentials_file"}};
    copy(inner, kHeader);
    secret(inner, "credentials", "credentials", prefix + "_TOKEN");
    out_.close();
  }
  secret(fields, "bearer_token", "bearer_token", prefix + "_TOKEN");
  constexpr Setting kBearer[] = {{"bearer_token_file", "bearer_token_file"}};
  copy(fields, kBearer);
  if (const Node* oauth = fields.value("oauth2")) {
    out_.at(oauth->span);
    Fields inner(*oauth, "oauth2", wording(), diagnostics_);
    out_.open("oauth2");
    copy(inner, kOauth);
    url_setting(inner, "token_url", prefix + "_TOKEN_URL");
    url_setting(inner, "proxy_url", prefix + "_TOKEN_PROXY_URL");
    pairs_with_secrets(inner, "endpoint_params", prefix + "_PARAM");
    secret(inner, "client_secret", "client_secret", prefix + "_CLIENT_SECRET");
    tls(inner, prefix + "_OAUTH2");
    out_.close();
  }
  tls(fields, prefix);
}

void Importer::tls(Fields& fields, const std::string& prefix) {
  const Node* node = fields.value("tls_config");
  if (node == nullptr) return;
  out_.at(node->span);
  Fields inner(*node, "tls_config", wording(), diagnostics_);
  out_.open("tls_config");
  copy(inner, kTls);
  secret(inner, "key", "key_pem", prefix + "_TLS_KEY");
  out_.close();
}

/// A password in the URL becomes basic_auth with a variable.
void Importer::url(Fields& fields, const std::string& prefix, bool has_login) {
  const Node* node = fields.value("url");
  if (node == nullptr) return fields.error(fields.map(), "a client needs a url");
  const UrlParts url = parts_of(text_of(*node, "url"));
  if (url.is_cut) {
    diagnostics_
        .error("F118", node->span, "the login in the url has a character that ends it: /, ? or #")
        .with_help("write it as %2F, %3F or %23, or use basic_auth")
        .without_source();
    return;
  }
  out_.at(node->span);
  out_.set("url", url_expression(*node, "url", url.rest, prefix + "_URL"));
  if (url.user.empty() || has_login) return;
  out_.open("basic_auth");
  out_.set("username", text(*node, percent_decoded(url.user)));
  if (!url.password.empty()) {
    const std::string password = percent_decoded(url.password);
    out_.set("password", hidden(*node, "the password of the URL", password, prefix + "_PASSWORD"));
  }
  out_.close();
}

}  // namespace compiler::promtail
