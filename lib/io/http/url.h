#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace io::http {

/// Where a server is, and what to ask it for.
struct Url {
  enum class Scheme { http, https, unix_socket } scheme = Scheme::http;
  std::string host;  ///< name or address without brackets; the path of a Unix socket
  uint16_t port = 0;
  std::string target = "/";   ///< path and query; always "/" for a Unix socket
  std::string authorization;  ///< "Basic ..." when the URL holds user:password, else empty

  /// What the Host header says: "loki:3100", "[::1]:3100", "localhost" for a Unix socket.
  std::string host_header() const;
};

/// The value of an Authorization header for a user and a password.
std::string basic_authorization(std::string_view user, std::string_view password);

/// Reads http://host[:port][/path], https://... and unix:///path/of/socket.
base::Result<Url> parse_url(std::string_view text);

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
