#pragma once
#include "river/schema/field.h"

/// The `tls_config` block of clients and listeners.
namespace components {

enum class TlsVersion { standard, tls10, tls11, tls12, tls13 };

/// Each of CA, certificate and key comes inline (_pem) or from a file, never both.
struct TlsConfigArguments {
  std::string ca_pem;
  std::string ca_file;
  std::string cert_pem;
  std::string cert_file;
  base::Secret key_pem;
  std::string key_file;
  std::string server_name;
  bool insecure_skip_verify = false;
  TlsVersion min_version = TlsVersion::standard;
};

/// Whether any certificate, key or authority is configured: a listener speaks TLS then.
inline bool has_tls(const TlsConfigArguments& tls) {
  return !tls.ca_pem.empty() || !tls.ca_file.empty() || !tls.cert_pem.empty() ||
         !tls.cert_file.empty() || !tls.key_pem.empty() || !tls.key_file.empty();
}

extern const river::schema::BlockSchema kTlsConfig;

/// Adds the files that it names to what a component needs.
void add_needed_files(const TlsConfigArguments& arguments,
                      std::vector<river::schema::HostNeed>& needs);

/// The hook `needs` of arguments that need the files of one member, for which there is an
/// add_needed_files(), too.
template <auto member, class Arguments>
std::vector<river::schema::HostNeed> needed_files(const Arguments& arguments) {
  std::vector<river::schema::HostNeed> needs;
  add_needed_files(arguments.*member, needs);
  return needs;
}

}  // namespace components

namespace river::schema {
template <>
inline constexpr EnumName<components::TlsVersion> kEnumNames<components::TlsVersion>[] = {
    {"", components::TlsVersion::standard},   {"TLS10", components::TlsVersion::tls10},
    {"TLS11", components::TlsVersion::tls11}, {"TLS12", components::TlsVersion::tls12},
    {"TLS13", components::TlsVersion::tls13},
};
}  // namespace river::schema
