#include "components/shared/http_client/signature.h"

#include <algorithm>
#include <cctype>

#include "base/text.h"

namespace components {

namespace schema = river::schema;
using schema::Need;

namespace {

constexpr schema::Field kBasicAuthFields[] = {
    schema::attr<&BasicAuthArguments::username>("username", Need::optional, "User name."),
    schema::attr<&BasicAuthArguments::password>("password", Need::optional, "Password."),
    schema::attr<&BasicAuthArguments::password_file>("password_file", Need::optional,
                                                     "File that holds the password."),
};

void validate_basic_auth(const BasicAuthArguments&, schema::Scope& scope) {
  scope.at_most_one({"password", "password_file"});
}

constexpr schema::BlockSchema kBasicAuth =
    schema::schema_of<BasicAuthArguments, validate_basic_auth>(kBasicAuthFields);

constexpr schema::Field kAuthorizationFields[] = {
    schema::attr<&AuthorizationArguments::type>("type", Need::optional,
                                                "Scheme of the header; empty means Bearer."),
    schema::attr<&AuthorizationArguments::credentials>("credentials", Need::optional,
                                                       "Credentials after the scheme."),
    schema::attr<&AuthorizationArguments::credentials_file>("credentials_file", Need::optional,
                                                            "File that holds the credentials."),
};

void validate_authorization(const AuthorizationArguments& authorization, schema::Scope& scope) {
  scope.at_most_one({"credentials", "credentials_file"});
  if (scope.known("type") && base::equal_in_any_case(authorization.type, "basic"))
    scope.error("type", "C045", "authorization type may not be \"basic\"")
        .with_help("use a basic_auth block");
}

constexpr schema::BlockSchema kAuthorization =
    schema::schema_of<AuthorizationArguments, validate_authorization>(kAuthorizationFields);

constexpr schema::Field kProxyFields[] = {
    schema::attr<&ProxyArguments::proxy_url>("proxy_url", Need::optional, "Proxy to go through."),
    schema::attr<&ProxyArguments::no_proxy>("no_proxy", Need::optional,
                                            "Hosts to reach directly, separated by commas."),
    schema::attr<&ProxyArguments::proxy_from_environment>(
        "proxy_from_environment", Need::optional,
        "Take the proxy from HTTP_PROXY, HTTPS_PROXY and NO_PROXY."),
    schema::attr<&ProxyArguments::proxy_connect_header>("proxy_connect_header", Need::optional,
                                                        "Headers to send to the proxy."),
};

void validate_proxy(const ProxyArguments& proxy, schema::Scope& scope) {
  if (!scope.known("proxy_from_environment")) return;
  const bool has_url = scope.given("proxy_url");
  if (proxy.proxy_from_environment) {
    for (const std::string_view other : {"proxy_url", "no_proxy"})
      if (scope.given(other))
        scope.error(other, "C043", "\"{}\" and \"proxy_from_environment\" exclude each other",
                    other);
    return;
  }
  for (const std::string_view dependent : {"no_proxy", "proxy_connect_header"})
    if (scope.given(dependent) && !has_url)
      scope.error(dependent, "C046", "\"{}\" needs a proxy: set proxy_url", dependent);
}

constexpr schema::BlockSchema kProxy =
    schema::schema_of<ProxyArguments, validate_proxy>(kProxyFields);

constexpr schema::Field kOauth2Fields[] = {
    schema::attr<&Oauth2Arguments::client_id>("client_id", Need::optional, "Client to log in as."),
    schema::attr<&Oauth2Arguments::client_secret>("client_secret", Need::optional,
                                                  "Secret of the client."),
    schema::attr<&Oauth2Arguments::client_secret_file>("client_secret_file", Need::optional,
                                                       "File that holds the client's secret."),
    schema::attr<&Oauth2Arguments::scopes>("scopes", Need::optional, "Scopes to ask for."),
    schema::attr<&Oauth2Arguments::token_url>("token_url", Need::optional,
                                              "URL of the token endpoint."),
    schema::attr<&Oauth2Arguments::endpoint_params>("endpoint_params", Need::optional,
                                                    "Parameters to add to the token request."),
    schema::squash<&Oauth2Arguments::proxy>(kProxy),
    schema::block<&Oauth2Arguments::tls_config>("tls_config", Need::optional,
                                                "TLS towards the token endpoint.", kTlsConfig),
};

void validate_oauth2(const Oauth2Arguments& oauth2, schema::Scope& scope) {
  scope.at_most_one({"client_secret", "client_secret_file"});
  if (scope.known("client_id") && oauth2.client_id.empty())
    scope.error("client_id", "C047", "oauth2 needs a client_id");
  if (scope.known("token_url") && oauth2.token_url.text.empty())
    scope.error("token_url", "C047", "oauth2 needs a token_url");
  if (!scope.given("client_secret") && !scope.given("client_secret_file"))
    scope.error("client_secret", "C047", "oauth2 needs a client_secret or client_secret_file");
}

constexpr schema::BlockSchema kOauth2 =
    schema::schema_of<Oauth2Arguments, validate_oauth2>(kOauth2Fields);

constexpr schema::Field kHttpClientFields[] = {
    schema::block<&HttpClientArguments::basic_auth>("basic_auth", Need::optional,
                                                    "Log in with a user name.", kBasicAuth),
    schema::block<&HttpClientArguments::authorization>(
        "authorization", Need::optional, "Log in with an Authorization header.", kAuthorization),
    schema::block<&HttpClientArguments::oauth2>(
        "oauth2", Need::optional, "Log in with OAuth 2.0 client credentials.", kOauth2),
    schema::attr<&HttpClientArguments::bearer_token>("bearer_token", Need::optional,
                                                     "Token to log in with."),
    schema::attr<&HttpClientArguments::bearer_token_file>("bearer_token_file", Need::optional,
                                                          "File that holds the token."),
    schema::squash<&HttpClientArguments::proxy>(kProxy),
    schema::block<&HttpClientArguments::tls_config>("tls_config", Need::optional,
                                                    "TLS towards the peer.", kTlsConfig),
    schema::attr<&HttpClientArguments::follow_redirects>(
        "follow_redirects", Need::optional,
        "Follow redirects; a request with a body only 307 and 308."),
    schema::attr<&HttpClientArguments::enable_http2>("enable_http2", Need::optional,
                                                     "Accepted; HTTP/1.1 is always used."),
    schema::attr<&HttpClientArguments::http_headers>("http_headers", Need::optional,
                                                     "Headers to send with each request."),
};

/// Headers that the client sets itself.
constexpr std::string_view kReservedHeaders[] = {"authorization",
                                                 "host",
                                                 "content-encoding",
                                                 "content-length",
                                                 "content-type",
                                                 "user-agent",
                                                 "connection",
                                                 "keep-alive",
                                                 "proxy-authenticate",
                                                 "proxy-authorization",
                                                 "www-authenticate",
                                                 "accept-encoding",
                                                 "x-prometheus-remote-write-version",
                                                 "x-prometheus-scrape-timeout-seconds"};

void validate_http_client(const HttpClientArguments& client, schema::Scope& scope) {
  scope.at_most_one({"basic_auth", "authorization", "oauth2", "bearer_token", "bearer_token_file"});
  for (const auto& [name, values] : client.http_headers)
    for (const std::string_view reserved : kReservedHeaders)
      if (base::equal_in_any_case(name, reserved))
        scope.error("http_headers", "C048", "header \"{}\" is set by the client itself", name);
}

}  // namespace

constexpr schema::BlockSchema kHttpClient =
    schema::schema_of<HttpClientArguments, validate_http_client>(kHttpClientFields);

void add_needed_files(const HttpClientArguments& arguments, std::vector<schema::HostNeed>& needs) {
  const auto add = [&](const std::string& file) {
    if (!file.empty()) needs.push_back({schema::HostNeed::Kind::readable_file, file, {}});
  };
  if (arguments.basic_auth) add(arguments.basic_auth->password_file);
  if (arguments.authorization) add(arguments.authorization->credentials_file);
  if (arguments.oauth2) {
    add(arguments.oauth2->client_secret_file);
    if (arguments.oauth2->tls_config) add_needed_files(*arguments.oauth2->tls_config, needs);
  }
  add(arguments.bearer_token_file);
  add_needed_files(arguments.tls_config, needs);
}

}  // namespace components
