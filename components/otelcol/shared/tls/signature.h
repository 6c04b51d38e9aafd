#pragma once
#include <string>
#include <vector>

#include "components/shared/tls_config/signature.h"

/// The block `tls` of otelcol components.
namespace components::otelcol {

/// "" is the default, 1.2.
enum class TlsVersionName { standard, v1_0, v1_1, v1_2, v1_3 };

/// What both sides have. Each of CA, certificate and key comes inline (_pem) or from a file, which
/// is read again when it has changed.
struct TlsArguments {
  std::string ca_pem;
  std::string ca_file;
  std::string cert_pem;
  std::string cert_file;
  base::Secret key_pem;
  std::string key_file;
  TlsVersionName min_version = TlsVersionName::standard;
  TlsVersionName max_version = TlsVersionName::standard;
  river::schema::Duration reload_interval{};
  std::vector<std::string> cipher_suites;
  bool include_insecure_cipher_suites = false;
  bool include_system_ca_certs_pool = false;
  std::vector<std::string> curve_preferences;
};

/// Of a listener. With client_ca_file, clients must show a certificate of that authority.
struct TlsServerArguments {
  TlsArguments own;
  std::string client_ca_file;
};
extern const river::schema::BlockSchema kTlsServer;

/// Of a client. `insecure`: no TLS.
struct TlsClientArguments {
  TlsArguments own;
  bool insecure = false;
  bool insecure_skip_verify = false;
  std::string server_name;
};
extern const river::schema::BlockSchema kTlsClient;

/// As other components have it.
TlsConfigArguments tls_config_of(const TlsServerArguments& arguments);
TlsConfigArguments tls_config_of(const TlsClientArguments& arguments);

}  // namespace components::otelcol

namespace river::schema {
template <>
inline constexpr EnumName<components::otelcol::TlsVersionName>
    kEnumNames<components::otelcol::TlsVersionName>[] = {
        {"", components::otelcol::TlsVersionName::standard},
        {"1.0", components::otelcol::TlsVersionName::v1_0},
        {"1.1", components::otelcol::TlsVersionName::v1_1},
        {"1.2", components::otelcol::TlsVersionName::v1_2},
        {"1.3", components::otelcol::TlsVersionName::v1_3},
};
}  // namespace river::schema
