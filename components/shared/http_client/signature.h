#pragma once
#include <map>
#include <optional>

#include "components/shared/tls_config/signature.h"
#include "river/schema/field.h"

/// The HTTP client settings that loki.write, discovery.docker and others squash into their own
/// arguments, so that they read alike everywhere.
namespace components {

using SecretHeaders = std::map<std::string, std::vector<base::Secret>>;

struct BasicAuthArguments {
  std::string username;
  base::Secret password;
  std::string password_file;
};

/// `type` defaults to Bearer when left empty.
struct AuthorizationArguments {
  std::string type;
  base::Secret credentials;
  std::string credentials_file;
};

/// How to reach the peer through a proxy; squashed into the client's and oauth2's settings.
struct ProxyArguments {
  river::schema::Url proxy_url;
  std::string no_proxy;
  bool proxy_from_environment = false;
  SecretHeaders proxy_connect_header;
};

struct Oauth2Arguments {
  std::string client_id;
  base::Secret client_secret;
  std::string client_secret_file;
  std::vector<std::string> scopes;
  river::schema::Url token_url;
  std::map<std::string, std::string> endpoint_params;
  ProxyArguments proxy;
  std::optional<TlsConfigArguments> tls_config;
};

struct HttpClientArguments {
  std::optional<BasicAuthArguments> basic_auth;
  std::optional<AuthorizationArguments> authorization;
  std::optional<Oauth2Arguments> oauth2;
  base::Secret bearer_token;
  std::string bearer_token_file;
  ProxyArguments proxy;
  TlsConfigArguments tls_config;
  bool follow_redirects = true;
  bool enable_http2 = true;
  SecretHeaders http_headers;
};

extern const river::schema::BlockSchema kHttpClient;

/// Adds the files that it names (secrets, certificates) to what a component needs.
void add_needed_files(const HttpClientArguments& arguments,
                      std::vector<river::schema::HostNeed>& needs);

}  // namespace components
