#pragma once
#include <optional>

#include "components/shared/tls_config/signature.h"
#include "river/schema/field.h"

/// The `http` block: the agent's own HTTP server.
namespace components::config_blocks::http {

struct Basic {
  std::string username;
  base::Secret password;
};

/// `paths` are prefixes. Without this block every path needs a login.
struct Filter {
  std::vector<std::string> paths;
  bool authenticate_matching_paths = true;  ///< false: all other paths need it
};

struct Auth {
  std::optional<Basic> basic;
  std::optional<Filter> filter;
};

enum class ClientAuth { none, request, require_any, verify_if_given, require_and_verify };

struct WindowsServerFilter {
  std::string store;
  std::string system_store;
  std::vector<std::string> issuer_common_names;
  std::string template_id;
  river::schema::Duration refresh_interval = std::chrono::minutes(5);
};

struct WindowsClientFilter {
  std::vector<std::string> issuer_common_names;
  river::schema::Regex subject_regex;
  std::string template_id;
};

struct WindowsCertificateFilter {
  WindowsServerFilter server;
  WindowsClientFilter client;
};

/// The server's certificate and what it asks of clients; each part inline (_pem) or from a file.
struct Tls {
  std::string cert_pem;
  std::string cert_file;
  base::Secret key_pem;
  std::string key_file;
  std::string client_ca_pem;
  std::string client_ca_file;
  ClientAuth client_auth_type = ClientAuth::none;
  std::vector<std::string> cipher_suites;
  std::vector<std::string> curve_preferences;
  TlsVersion min_version = TlsVersion::standard;
  TlsVersion max_version = TlsVersion::standard;
  std::optional<WindowsCertificateFilter> windows_certificate_filter;
};

struct Arguments {
  std::optional<Auth> auth;
  std::optional<Tls> tls;
};

extern const river::schema::Signature kSignature;

}  // namespace components::config_blocks::http

namespace river::schema {
template <>
inline constexpr EnumName<components::config_blocks::http::ClientAuth>
    kEnumNames<components::config_blocks::http::ClientAuth>[] = {
        {"", components::config_blocks::http::ClientAuth::none},
        {"NoClientCert", components::config_blocks::http::ClientAuth::none},
        {"RequestClientCert", components::config_blocks::http::ClientAuth::request},
        {"RequireAnyClientCert", components::config_blocks::http::ClientAuth::require_any},
        {"VerifyClientCertIfGiven", components::config_blocks::http::ClientAuth::verify_if_given},
        {"RequireAndVerifyClientCert",
         components::config_blocks::http::ClientAuth::require_and_verify},
};
}  // namespace river::schema
