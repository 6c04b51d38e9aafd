#include <fmt/format.h>

#include <algorithm>

#include "compiler/promtail/importer.h"

/// `clients`: a loki.write for each, as each may have external labels of its own.
namespace compiler::promtail {

using yaml::Fields;
using yaml::Node;

namespace {

constexpr Setting kEndpoint[] = {
    {"tenant_id", "tenant_id"},
    {"batchwait", "batch_wait"},
    {"batchsize", "batch_size", Kind::size},
    {"timeout", "remote_timeout"},
    {"headers", "headers", Kind::map},
    {"proxy_url", "proxy_url"},
    {"no_proxy", "no_proxy"},
    {"proxy_from_environment", "proxy_from_environment", Kind::literal},
    {"follow_redirects", "follow_redirects", Kind::literal},
    {"enable_http2", "enable_http2", Kind::literal},
};

constexpr Setting kBackoff[] = {
    {"min_period", "min_backoff_period"},
    {"max_period", "max_backoff_period"},
    {"max_retries", "max_backoff_retries", Kind::literal},
};

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
    {"token_url", "token_url"},
    {"endpoint_params", "endpoint_params", Kind::map},
    {"proxy_url", "proxy_url"},
};

/// "https://user:password@host/path" in its parts; without a login the user is empty.
struct Url {
  std::string user, password, rest;
};

Url parts_of(const std::string& url) {
  const size_t scheme = url.find("://");
  const size_t begin = scheme == url.npos ? 0 : scheme + 3;
  const size_t end = std::min(url.find('/', begin), url.size());
  const size_t at = url.rfind('@', end);
  if (at == url.npos || at < begin) return {"", "", url};
  const std::string login = url.substr(begin, at - begin);
  const size_t colon = login.find(':');
  return {login.substr(0, colon), colon == login.npos ? "" : login.substr(colon + 1),
          url.substr(0, begin) + url.substr(at + 1)};
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return text;
}

}  // namespace

void Importer::clients(const Node* node, const Node* single) {
  size_t number = 0;
  if (single != nullptr) client(*single, ++number);
  if (node == nullptr) return;
  for (const Node* one : node->items) client(*one, ++number);
}

void Importer::client(const Node& node, size_t number) {
  Fields fields(node, "a client", wording(), diagnostics_);
  const std::string given = fields.text("name").value_or("");
  const std::string label = unique(!given.empty() ? given
                                   : number == 1  ? "default"
                                                  : fmt::format("client_{}", number));
  out_.at(node.span);
  out_.open("loki.write", label);
  out_.open("endpoint");
  endpoint(fields, label);
  out_.close();
  if (const Node* labels = fields.value("external_labels"))
    out_.set("external_labels",
             expression(*labels, {"external_labels", "external_labels", Kind::map}));
  out_.close();
  writers_.push_back(fmt::format("loki.write.{}.receiver", label));
}

void Importer::endpoint(Fields& fields, const std::string& label) {
  const bool has_login = fields.value("basic_auth") != nullptr;
  url(fields, label, has_login);
  copy(fields, kEndpoint);
  if (const Node* backoff = fields.value("backoff_config")) {
    Fields inner(*backoff, "backoff_config", wording(), diagnostics_);
    copy(inner, kBackoff);
  }
  if (const Node* drops = fields.value("drop_rate_limited_batches"))
    if (const auto does = as_bool(*drops)) out_.set("retry_on_http_429", *does ? "false" : "true");
  without(fields, "stream_lag_labels", "the agent's own metrics say how far it lags");
  const std::string prefix = label == "default" ? "LOKI" : "LOKI_" + upper(label);
  authentication(fields, prefix);
  if (const Node* oauth = fields.value("oauth2")) {
    Fields inner(*oauth, "oauth2", wording(), diagnostics_);
    out_.open("oauth2");
    copy(inner, kOauth);
    secret(inner, "client_secret", "client_secret", prefix + "_CLIENT_SECRET");
    tls(inner);
    out_.close();
  }
  tls(fields);
}

/// A password in the URL becomes basic_auth with a variable.
void Importer::url(Fields& fields, const std::string& label, bool has_login) {
  const Node* node = fields.value("url");
  if (node == nullptr) return fields.error(fields.map(), "a client needs a url");
  const Url url = parts_of(text_of(*node, "url"));
  out_.set("url", text_expression(url.rest, true));
  if (url.user.empty() || has_login) return;
  out_.open("basic_auth");
  out_.set("username", text_expression(url.user, true));
  if (has_variable(url.password)) {
    out_.set("password", text_expression(url.password, true));
  } else if (!url.password.empty()) {
    const std::string variable =
        label == "default" ? "LOKI_PASSWORD" : fmt::format("LOKI_{}_PASSWORD", upper(label));
    out_.set("password", fmt::format("sys.env(\"{}\")", variable));
    diagnostics_.warning("F117", node->span, "the password of the URL is not carried over")
        .with_help(fmt::format("set {} in the agent's environment to it", variable))
        .without_source();
  }
  out_.close();
}

/// A secret that is spelled out stays where it is: the configuration reads a variable for it.
void Importer::secret(Fields& fields, std::string_view key, std::string_view attribute,
                      std::string_view variable) {
  const Node* node = fields.value(key);
  if (node == nullptr) return;
  const std::string text = text_of(*node, key);
  if (has_variable(text)) return out_.set(attribute, text_expression(text, true));
  out_.set(attribute, fmt::format("sys.env(\"{}\")", variable));
  diagnostics_.warning("F117", node->span, "{} is spelled out, and is not carried over", key)
      .with_help(fmt::format("set {} in the agent's environment to it", variable))
      .without_source();
}

void Importer::authentication(Fields& fields, const std::string& prefix) {
  if (const Node* basic = fields.value("basic_auth")) {
    Fields inner(*basic, "basic_auth", wording(), diagnostics_);
    out_.open("basic_auth");
    constexpr Setting kBasic[] = {{"username", "username"}, {"password_file", "password_file"}};
    copy(inner, kBasic);
    secret(inner, "password", "password", prefix + "_PASSWORD");
    out_.close();
  }
  if (const Node* authorization = fields.value("authorization")) {
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
}

void Importer::tls(Fields& fields) {
  const Node* node = fields.value("tls_config");
  if (node == nullptr) return;
  Fields inner(*node, "tls_config", wording(), diagnostics_);
  out_.open("tls_config");
  copy(inner, kTls);
  secret(inner, "key", "key_pem", "TLS_KEY");
  out_.close();
}

}  // namespace compiler::promtail
