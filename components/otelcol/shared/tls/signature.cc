#include "components/otelcol/shared/tls/signature.h"

namespace components::otelcol {
namespace {

namespace schema = river::schema;
using schema::Need;

constexpr schema::Field kOwnFields[] = {
    schema::attr<&TlsArguments::ca_pem>("ca_pem", Need::optional,
                                        "Certificate authorities to trust, in PEM."),
    schema::attr<&TlsArguments::ca_file>("ca_file", Need::optional,
                                         "File of certificate authorities to trust."),
    schema::attr<&TlsArguments::cert_pem>("cert_pem", Need::optional, "Own certificate, in PEM."),
    schema::attr<&TlsArguments::cert_file>("cert_file", Need::optional,
                                           "File of the own certificate."),
    schema::attr<&TlsArguments::key_pem>("key_pem", Need::optional,
                                         "Key of the own certificate, in PEM."),
    schema::attr<&TlsArguments::key_file>("key_file", Need::optional,
                                          "File of the key of the own certificate."),
    schema::attr<&TlsArguments::min_version>("min_version", Need::optional, "Lowest TLS version."),
    schema::attr<&TlsArguments::max_version>("max_version", Need::optional, "Highest TLS version."),
    schema::attr<&TlsArguments::reload_interval>(
        "reload_interval", Need::optional,
        "For Grafana Alloy; files are read again when they have changed."),
    schema::attr<&TlsArguments::cipher_suites>("cipher_suites", Need::optional,
                                               "Cipher suites to allow."),
    schema::attr<&TlsArguments::include_insecure_cipher_suites>(
        "include_insecure_cipher_suites", Need::optional,
        "Whether weak cipher suites are allowed."),
    schema::attr<&TlsArguments::include_system_ca_certs_pool>(
        "include_system_ca_certs_pool", Need::optional,
        "Whether the system's certificate authorities are trusted as well."),
    schema::attr<&TlsArguments::curve_preferences>("curve_preferences", Need::optional,
                                                   "Elliptic curves, best first."),
};

void validate_own(const TlsArguments&, schema::Scope& scope) {
  scope.at_most_one({"ca_pem", "ca_file"});
  scope.at_most_one({"cert_pem", "cert_file"});
  scope.at_most_one({"key_pem", "key_file"});
  const bool has_certificate = scope.given("cert_pem") || scope.given("cert_file");
  const bool has_key = scope.given("key_pem") || scope.given("key_file");
  if (has_certificate != has_key)
    scope.error("", "C044", "a certificate and its key belong together: set both or neither");
  // What guards a connection must work or be refused.
  for (const std::string_view name :
       {"max_version", "cipher_suites", "include_insecure_cipher_suites",
        "include_system_ca_certs_pool", "curve_preferences"})
    if (scope.given(name))
      scope.error(name, "C091", "\"{}\" is not supported yet", name)
          .with_help("TLS 1.2 and 1.3 are used with OpenSSL's default ciphers");
}
constexpr schema::BlockSchema kOwn = schema::schema_of<TlsArguments, validate_own>(kOwnFields);

constexpr schema::Field kServerFields[] = {
    schema::squash<&TlsServerArguments::own>(kOwn),
    schema::attr<&TlsServerArguments::client_ca_file>(
        "client_ca_file", Need::optional, "File of the authorities that sign client certificates."),
};

void validate_server(const TlsServerArguments&, schema::Scope& scope) {
  if (!scope.given("cert_pem") && !scope.given("cert_file"))
    scope.error("", "C044", "TLS needs a certificate: set cert_pem or cert_file");
}

constexpr schema::Field kClientFields[] = {
    schema::squash<&TlsClientArguments::own>(kOwn),
    schema::attr<&TlsClientArguments::insecure>("insecure", Need::optional, "Connect without TLS."),
    schema::attr<&TlsClientArguments::insecure_skip_verify>("insecure_skip_verify", Need::optional,
                                                            "Accept any certificate."),
    schema::attr<&TlsClientArguments::server_name>("server_name", Need::optional,
                                                   "Name that the peer's certificate must carry."),
};

TlsVersion version_of(TlsVersionName name) {
  switch (name) {
    case TlsVersionName::v1_0:
      return TlsVersion::tls10;
    case TlsVersionName::v1_1:
      return TlsVersion::tls11;
    case TlsVersionName::v1_3:
      return TlsVersion::tls13;
    case TlsVersionName::standard:
    case TlsVersionName::v1_2:
      break;
  }
  return TlsVersion::tls12;
}

TlsConfigArguments config_of(const TlsArguments& own) {
  TlsConfigArguments config;
  config.ca_pem = own.ca_pem;
  config.ca_file = own.ca_file;
  config.cert_pem = own.cert_pem;
  config.cert_file = own.cert_file;
  config.key_pem = own.key_pem;
  config.key_file = own.key_file;
  config.min_version = version_of(own.min_version);
  return config;
}

}  // namespace

constexpr schema::BlockSchema kTlsServer =
    schema::schema_of<TlsServerArguments, validate_server>(kServerFields);
constexpr schema::BlockSchema kTlsClient = schema::schema_of(kClientFields);

/// A server trusts nobody but the authority of its clients.
TlsConfigArguments tls_config_of(const TlsServerArguments& arguments) {
  TlsConfigArguments config = config_of(arguments.own);
  config.ca_pem.clear();
  config.ca_file = arguments.client_ca_file;
  return config;
}

TlsConfigArguments tls_config_of(const TlsClientArguments& arguments) {
  TlsConfigArguments config = config_of(arguments.own);
  config.server_name = arguments.server_name;
  config.insecure_skip_verify = arguments.insecure_skip_verify;
  return config;
}

}  // namespace components::otelcol
