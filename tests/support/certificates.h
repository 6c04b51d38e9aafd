#pragma once
#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

#include "tests/support/folder.h"

namespace support {

/// An authority, a certificate for localhost and 127.0.0.1 signed by it, and a stranger.
inline void make_certificates(const Folder& folder) {
  const std::string script =
      "cd " + folder.path().string() +
      " && exec >openssl.log 2>&1"
      " && key='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2'"
      " && openssl req -x509 $key -subj /CN=ca -keyout ca.key -out ca.pem"
      " && openssl req -x509 $key -subj /CN=stranger -keyout other.key -out other.pem"
      " && openssl req $key -subj /CN=localhost -keyout own.key -out own.csr"
      " && echo subjectAltName=DNS:localhost,IP:127.0.0.1 >own.ext"
      " && openssl x509 -req -in own.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2"
      " -extfile own.ext -out own.pem";
  REQUIRE(std::system(script.c_str()) == 0);
}

}  // namespace support
