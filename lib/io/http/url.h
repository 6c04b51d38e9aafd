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
  /// Scheme, host and port are the same: a login for one of them is one for the other.
  bool same_origin(const Url& other) const {
    return scheme == other.scheme && host == other.host && port == other.port;
  }
};

/// The value of an Authorization header for a user and a password.
std::string basic_authorization(std::string_view user, std::string_view password);

/// Reads http://host[:port][/path], https://... and unix:///path/of/socket. Messages do not repeat
/// the text: it may hold a password.
base::Result<Url> parse_url(std::string_view text);

/// Where a link or a Location header on a page of `base` leads.
base::Result<Url> resolve_link(const Url& base, std::string_view link);

/// Everything but letters, digits and -._~ as %XX, for a part of a path, a query or a form.
std::string percent_encoded(std::string_view text);
/// A percent sign without two hex digits stays as it is.
std::string percent_decoded(std::string_view text);

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
