#include "io/http/listen_address.h"

#include <charconv>

namespace io::http {
namespace {

constexpr std::string_view kUnix = "unix://";
constexpr size_t kUnixPathMax = 107;  // sun_path without its NUL.

bool is_port(std::string_view text, uint16_t& port) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::string ListenAddress::text() const {
  if (is_unix()) return std::string(kUnix) + unix_path;
  const bool needs_brackets = host.find(':') != std::string::npos;
  return needs_brackets ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

Url ListenAddress::url() const {
  Url url;
  if (is_unix()) {
    url.scheme = Url::Scheme::unix_socket;
    url.host = unix_path;
    return url;
  }
  url.host = host.empty() || host == "0.0.0.0" ? "127.0.0.1" : host == "::" ? "::1" : host;
  is_port(port, url.port);
  return url;
}

base::Result<ListenAddress> parse_listen_address(std::string_view text) {
  ListenAddress address;
  if (text.starts_with(kUnix)) {
    address.unix_path = text.substr(kUnix.size());
    if (!address.unix_path.starts_with('/') || address.unix_path.size() > kUnixPathMax)
      return base::fail("{}: the path must be absolute, with at most {} bytes", text, kUnixPathMax);
    return address;
  }
  const size_t colon = text.rfind(':');
  if (colon == text.npos) return base::fail("{}: expected host:port, :port or unix:///path", text);
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']'))
    host = host.substr(1, host.size() - 2);
  else if (host.find(':') != host.npos)
    return base::fail("{}: write an IPv6 address in brackets: [::1]:12345", text);
  address.host = host;
  address.port = text.substr(colon + 1);
  uint16_t port = 0;
  if (!is_port(address.port, port))
    return base::fail("{}: the port is not a number to 65535", text);
  return address;
}

}  // namespace io::http
