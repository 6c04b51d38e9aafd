#include "io/http/url.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "base/base64.h"
#include "base/text.h"

namespace io::http {

namespace {

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

/// host, host:port, [v6] or [v6]:port.
bool split_authority(std::string_view text, Url& url) {
  std::string_view port;
  if (text.starts_with('[')) {
    const size_t end = text.find(']');
    if (end == std::string_view::npos) return false;
    url.host = text.substr(1, end - 1);
    port = text.substr(end + 1);
    if (!port.empty() && !take_prefix(port, ":")) return false;
  } else {
    const size_t colon = text.find(':');
    url.host = text.substr(0, colon);
    if (colon != std::string_view::npos) port = text.substr(colon + 1);
  }
  if (url.host.empty()) return false;
  if (port.empty()) return true;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), url.port);
  return error == std::errc() && end == port.data() + port.size() && url.port != 0;
}

}  // namespace

std::string basic_authorization(std::string_view user, std::string_view password) {
  return "Basic " + base::base64_encode(fmt::format("{}:{}", user, password));
}

std::string Url::host_header() const {
  if (scheme == Scheme::unix_socket) return "localhost";
  const bool is_v6 = host.find(':') != std::string::npos;
  std::string out = is_v6 ? fmt::format("[{}]", host) : host;
  const uint16_t usual = scheme == Scheme::https ? 443 : 80;
  if (port != usual) out += fmt::format(":{}", port);
  return out;
}

base::Result<Url> parse_url(std::string_view text) {
  Url url;
  std::string_view rest = text;
  if (take_prefix(rest, "unix://")) {
    if (!rest.starts_with('/')) return base::fail("URL of a Unix socket is not unix:///path");
    url.scheme = Url::Scheme::unix_socket;
    url.host = rest;
    return url;
  }
  if (take_prefix(rest, "https://")) {
    url.scheme = Url::Scheme::https;
    url.port = 443;
  } else if (take_prefix(rest, "http://")) {
    url.port = 80;
  } else {
    return base::fail("URL does not begin with http://, https:// or unix://");
  }
  rest = rest.substr(0, rest.find('#'));
  const size_t slash = rest.find_first_of("/?");
  std::string_view authority = rest.substr(0, slash);
  if (slash != std::string_view::npos) url.target = rest.substr(slash);
  if (url.target.starts_with('?')) url.target.insert(0, "/");
  if (const size_t at = authority.rfind('@'); at != std::string_view::npos) {
    const std::string_view user = authority.substr(0, at);
    const size_t colon = user.find(':');
    url.authorization = basic_authorization(
        percent_decoded(user.substr(0, colon)),
        colon == std::string_view::npos ? "" : percent_decoded(user.substr(colon + 1)));
    authority.remove_prefix(at + 1);
  }
  // The URL may hold a password, so the message does not repeat it.
  if (!split_authority(authority, url)) return base::fail("URL has no usable host and port");
  if (url.target.find_first_of(" \t\r\n") != std::string::npos)
    return base::fail("URL has a blank in its path");
  return url;
}

base::Result<Url> resolve_link(const Url& base, std::string_view link) {
  const std::string_view head = link.substr(0, link.find_first_of(":/?#"));
  if (link.substr(head.size()).starts_with("://")) {
    std::string absolute(link);
    std::transform(absolute.begin(), absolute.begin() + static_cast<ptrdiff_t>(head.size()),
                   absolute.begin(), [](char c) { return base::to_lower(c); });
    return parse_url(absolute);
  }
  if (link.starts_with("//"))
    return parse_url((base.scheme == Url::Scheme::https ? "https:" : "http:") + std::string(link));
  if (link.find_first_of(" \t\r\n") != link.npos) return base::fail("URL has a blank in its path");
  Url url = base;
  link = link.substr(0, link.find('#'));
  const std::string path = base.target.substr(0, base.target.find('?'));
  if (link.starts_with('/'))
    url.target = link;
  else if (link.starts_with('?'))
    url.target = path + std::string(link);
  else if (!link.empty())
    url.target = path.substr(0, path.rfind('/') + 1) + std::string(link);
  return url;
}

std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '-' || c == '_' || c == '.' || c == '~')
      out += c;
    else
      out += fmt::format("%{:02X}", byte);
  }
  return out;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    unsigned byte = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(&text[i + 1], &text[i] + 3, byte, 16).ptr == &text[i] + 3) {
      out += static_cast<char>(byte);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

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
