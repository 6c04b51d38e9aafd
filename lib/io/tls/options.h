#pragma once
#include <string>

#include "base/secret.h"

namespace io::tls {

enum class Version { tls10, tls11, tls12, tls13 };

/// TLS as a client sees it. Of ca, cert and key either the PEM text or the file is given, or none;
/// files are read again when they have changed, so a renewed certificate needs no restart.
struct Options {
  std::string ca_pem;
  std::string ca_file;  ///< neither: the system's certificates
  std::string cert_pem;
  std::string cert_file;
  base::Secret key_pem;
  std::string key_file;
  std::string server_name;  ///< name to verify and to send; empty: the host of the URL
  bool insecure_skip_verify = false;
  Version min_version = Version::tls12;

  bool operator==(const Options&) const = default;
};

}  // namespace io::tls
