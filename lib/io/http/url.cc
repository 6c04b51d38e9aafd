#include "io/http/url.h"

#include <charconv>

#include "base/base64.h"

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
    if (!rest.starts_with('/')) return base::fail("URL \"{}\": want unix:///path", text);
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
        user.substr(0, colon), colon == std::string_view::npos ? "" : user.substr(colon + 1));
    authority.remove_prefix(at + 1);
  }
  // The URL may hold a password, so the message does not repeat it.
  if (!split_authority(authority, url)) return base::fail("URL has no usable host and port");
  if (url.target.find_first_of(" \t\r\n") != std::string::npos)
    return base::fail("URL has a blank in its path");
  return url;
}

}  // namespace io::http
