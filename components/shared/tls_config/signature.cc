#include "components/shared/tls_config/signature.h"

namespace components {

namespace schema = river::schema;
using schema::Need;

namespace {

constexpr schema::Field kTlsConfigFields[] = {
    schema::attr<&TlsConfigArguments::ca_pem>("ca_pem", Need::optional,
                                              "Certificate authorities to trust, in PEM."),
    schema::attr<&TlsConfigArguments::ca_file>("ca_file", Need::optional,
                                               "File of certificate authorities to trust."),
    schema::attr<&TlsConfigArguments::cert_pem>("cert_pem", Need::optional,
                                                "Own certificate, in PEM."),
    schema::attr<&TlsConfigArguments::cert_file>("cert_file", Need::optional,
                                                 "File of the own certificate."),
    schema::attr<&TlsConfigArguments::key_pem>("key_pem", Need::optional,
                                               "Key of the own certificate, in PEM."),
    schema::attr<&TlsConfigArguments::key_file>("key_file", Need::optional,
                                                "File of the key of the own certificate."),
    schema::attr<&TlsConfigArguments::server_name>("server_name", Need::optional,
                                                   "Name that the peer's certificate must carry."),
    schema::attr<&TlsConfigArguments::insecure_skip_verify>("insecure_skip_verify", Need::optional,
                                                            "Accept any certificate of the peer."),
    schema::attr<&TlsConfigArguments::min_version>("min_version", Need::optional,
                                                   "Lowest TLS version."),
};

void validate(const TlsConfigArguments&, schema::Scope& scope) {
  scope.at_most_one({"ca_pem", "ca_file"});
  scope.at_most_one({"cert_pem", "cert_file"});
  scope.at_most_one({"key_pem", "key_file"});
  const bool has_certificate = scope.given("cert_pem") || scope.given("cert_file");
  const bool has_key = scope.given("key_pem") || scope.given("key_file");
  if (has_certificate && !has_key)
    scope.error(scope.given("cert_pem") ? "cert_pem" : "cert_file", "C044",
                "a certificate needs its key: set key_pem or key_file");
  if (has_key && !has_certificate)
    scope.error(scope.given("key_pem") ? "key_pem" : "key_file", "C044",
                "a key needs its certificate: set cert_pem or cert_file");
}

}  // namespace

constexpr schema::BlockSchema kTlsConfig =
    schema::schema_of<TlsConfigArguments, validate>(kTlsConfigFields);

void add_needed_files(const TlsConfigArguments& arguments, std::vector<schema::HostNeed>& needs) {
  for (const std::string* file : {&arguments.ca_file, &arguments.cert_file, &arguments.key_file})
    if (!file->empty()) needs.push_back({schema::HostNeed::Kind::readable_file, *file, {}});
}

}  // namespace components
