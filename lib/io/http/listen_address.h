#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "io/http/url.h"

namespace io::http {

/// Where a server listens: the value of --server.http.listen-addr, read here for the server, for
/// `tributary status` and for `tributary doctor`.
struct ListenAddress {
  std::string unix_path;  ///< of a Unix socket; else empty
  std::string host;       ///< name or address without brackets; empty: every address
  std::string port;

  bool is_unix() const { return !unix_path.empty(); }
  /// "[::1]:12345", ":12345", "unix:///run/x".
  std::string text() const;
  /// Where a client on this host finds the server; every address is asked at the loopback.
  Url url() const;
};

/// Reads "host:port", "[address]:port", ":port" (every address, as for all listeners) and
/// "unix:///path".
base::Result<ListenAddress> parse_listen_address(std::string_view text);

}  // namespace io::http
