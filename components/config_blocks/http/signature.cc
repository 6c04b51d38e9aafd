#include "components/config_blocks/http/signature.h"

namespace components::config_blocks::http {

namespace schema = river::schema;
using schema::Need;

namespace {

constexpr schema::Field kBasicFields[] = {
    schema::attr<&Basic::username>("username", Need::required, "User name that clients must send."),
    schema::attr<&Basic::password>("password", Need::required, "Password that clients must send."),
};
constexpr schema::BlockSchema kBasic = schema::schema_of(kBasicFields);

constexpr schema::Field kFilterFields[] = {
    schema::attr<&Filter::paths>("paths", Need::optional, "Prefixes of paths."),
    schema::attr<&Filter::authenticate_matching_paths>(
        "authenticate_matching_paths", Need::optional,
        "Require authentication on these paths; false: on all others."),
};
constexpr schema::BlockSchema kFilter = schema::schema_of(kFilterFields);

constexpr schema::Field kAuthFields[] = {
    schema::block<&Auth::basic>("basic", Need::optional, "The login.", kBasic),
    schema::block<&Auth::filter>("filter", Need::optional, "Paths that require authentication.",
                                 kFilter),
};
constexpr schema::BlockSchema kAuth = schema::schema_of(kAuthFields);

constexpr schema::Field kWindowsServerFields[] = {
    schema::attr<&WindowsServerFilter::store>("store", Need::optional, "Certificate store."),
    schema::attr<&WindowsServerFilter::system_store>("system_store", Need::optional,
                                                     "System store."),
    schema::attr<&WindowsServerFilter::issuer_common_names>("issuer_common_names", Need::optional,
                                                            "Issuers to accept."),
    schema::attr<&WindowsServerFilter::template_id>("template_id", Need::optional,
                                                    "Template of the certificate."),
    schema::attr<&WindowsServerFilter::refresh_interval>(
        "refresh_interval", Need::optional, "How often to look for the certificate again."),
};
constexpr schema::BlockSchema kWindowsServer = schema::schema_of(kWindowsServerFields);

constexpr schema::Field kWindowsClientFields[] = {
    schema::attr<&WindowsClientFilter::issuer_common_names>("issuer_common_names", Need::optional,
                                                            "Issuers to accept."),
    schema::attr<&WindowsClientFilter::subject_regex>("subject_regex", Need::optional,
                                                      "What the subject must match."),
    schema::attr<&WindowsClientFilter::template_id>("template_id", Need::optional,
                                                    "Template of the certificate."),
};
constexpr schema::BlockSchema kWindowsClient = schema::schema_of(kWindowsClientFields);

constexpr schema::Field kWindowsFields[] = {
    schema::block<&WindowsCertificateFilter::server>(
        "server", Need::required, "Finds the server's certificate.", kWindowsServer),
    schema::block<&WindowsCertificateFilter::client>(
        "client", Need::required, "Filter for client certificates.", kWindowsClient),
};
constexpr schema::BlockSchema kWindows = schema::schema_of(kWindowsFields);

constexpr schema::Field kTlsFields[] = {
    schema::attr<&Tls::cert_pem>("cert_pem", Need::optional, "Certificate, in PEM."),
    schema::attr<&Tls::cert_file>("cert_file", Need::optional, "File of the certificate."),
    schema::attr<&Tls::key_pem>("key_pem", Need::optional, "Key, in PEM."),
    schema::attr<&Tls::key_file>("key_file", Need::optional, "File of the key."),
    schema::attr<&Tls::client_ca_pem>("client_ca_pem", Need::optional,
                                      "Authorities of client certificates, in PEM."),
    schema::attr<&Tls::client_ca_file>("client_ca_file", Need::optional,
                                       "File of the authorities of client certificates."),
    schema::attr<&Tls::client_auth_type>("client_auth_type", Need::optional,
                                         "How client certificates are checked."),
    schema::attr<&Tls::cipher_suites>("cipher_suites", Need::optional, "Cipher suites to allow."),
    schema::attr<&Tls::curve_preferences>("curve_preferences", Need::optional,
                                          "Elliptic curves, best first."),
    schema::attr<&Tls::min_version>("min_version", Need::optional, "Lowest TLS version."),
    schema::attr<&Tls::max_version>("max_version", Need::optional, "Highest TLS version."),
    schema::block<&Tls::windows_certificate_filter>("windows_certificate_filter", Need::optional,
                                                    "Certificates in the store of Windows.",
                                                    kWindows),
};

void validate_tls(const Tls& tls, schema::Scope& scope) {
  // What guards the server must work or be refused: never accepted without effect.
  for (const std::string_view name : {"cert_pem", "key_pem", "client_ca_pem", "cipher_suites",
                                      "curve_preferences", "min_version", "max_version"})
    if (scope.given(name))
      scope.error(name, "C091", "tributary's own server does not support \"{}\" yet", name)
          .with_help("give the certificates as files; TLS 1.2 is the least version");
  if (tls.client_auth_type != ClientAuth::none &&
      tls.client_auth_type != ClientAuth::require_and_verify)
    scope.error("client_auth_type", "C091", "this client_auth_type is not supported yet")
        .with_help("use \"RequireAndVerifyClientCert\" or \"NoClientCert\"");
  if (tls.client_auth_type == ClientAuth::require_and_verify && !scope.given("client_ca_file"))
    scope.error("client_auth_type", "C044", "client certificates need client_ca_file");
  scope.at_most_one({"cert_pem", "cert_file"});
  scope.at_most_one({"key_pem", "key_file"});
  scope.at_most_one({"client_ca_pem", "client_ca_file"});
  if (scope.given("windows_certificate_filter")) {
    scope.error("windows_certificate_filter", "C049", "there is no certificate store on Linux");
    return;
  }
  if (!scope.given("cert_pem") && !scope.given("cert_file"))
    scope.error("cert_pem", "C044", "tls needs a certificate: set cert_pem or cert_file");
  if (!scope.given("key_pem") && !scope.given("key_file"))
    scope.error("key_pem", "C044", "tls needs the certificate's key: set key_pem or key_file");
}

constexpr schema::BlockSchema kTls = schema::schema_of<Tls, validate_tls>(kTlsFields);

constexpr schema::Field kFields[] = {
    schema::block<&Arguments::auth>("auth", Need::optional, "Who may use the server.", kAuth),
    schema::block<&Arguments::tls>("tls", Need::optional, "Serve HTTPS.", kTls),
};

}  // namespace

constexpr schema::Signature kSignature{
    .name = "http",
    .doc = "The agent's own HTTP server.",
    .takes_label = false,
    .arguments = schema::schema_of(kFields),
    .make_arguments = schema::make_arguments<Arguments>,
};

}  // namespace components::config_blocks::http
