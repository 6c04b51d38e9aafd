#include "io/http/proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <cstring>

#include "base/text.h"

namespace io::http {
namespace {

/// An address in 16 bytes; IPv4 as it is mapped into IPv6, so that one comparison does for both.
using Address = std::array<unsigned char, 16>;

std::optional<Address> parse_address(std::string_view text, bool& is_v4) {
  const std::string copy(text);
  Address address{};
  in_addr v4{};
  is_v4 = ::inet_pton(AF_INET, copy.c_str(), &v4) == 1;
  if (is_v4) {
    address[10] = address[11] = 0xff;
    std::memcpy(&address[12], &v4, sizeof v4);
    return address;
  }
  if (::inet_pton(AF_INET6, copy.c_str(), address.data()) != 1) return std::nullopt;
  return address;
}

bool same_bits(const Address& a, const Address& b, size_t bits) {
  const size_t bytes = bits / 8, rest = bits % 8;
  if (std::memcmp(a.data(), b.data(), bytes) != 0) return false;
  return rest == 0 || ((a[bytes] ^ b[bytes]) >> (8 - rest)) == 0;
}

bool is_loopback(const Address& address) {
  bool is_v4 = false;
  return same_bits(address, *parse_address("127.0.0.0", is_v4), 96 + 8) ||
         address == *parse_address("::1", is_v4);
}

/// Takes ":port" off the end; "" when there is none. Only an address in brackets may have a port
/// when it holds colons.
std::string_view take_port(std::string_view& entry) {
  const size_t colon = entry.rfind(':');
  const bool is_bracketed = entry.starts_with('[') && entry.rfind(']') != entry.npos;
  if (colon == entry.npos || (!is_bracketed && entry.find(':') != colon)) return {};
  if (is_bracketed && colon < entry.rfind(']')) return {};
  const std::string_view port = entry.substr(colon + 1);
  entry = entry.substr(0, colon);
  return port;
}

/// Whether "10.0.0.0/8" holds the address.
bool is_in_network(std::string_view entry, const Address& address) {
  const size_t slash = entry.find('/');
  if (slash == entry.npos) return false;
  bool is_v4 = false;
  const auto network = parse_address(entry.substr(0, slash), is_v4);
  const std::string_view text = entry.substr(slash + 1);
  size_t bits = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bits);
  if (!network || error != std::errc() || end != text.data() + text.size()) return false;
  return bits <= (is_v4 ? 32U : 128U) && same_bits(*network, address, bits + (is_v4 ? 96 : 0));
}

/// Whether one entry of no_proxy names the server; `host` is in small letters.
bool names(std::string_view entry, const std::string& host, const std::optional<Address>& address,
           uint16_t port) {
  if (entry == "*") return true;
  if (address && is_in_network(entry, *address)) return true;
  const std::string_view entry_port = take_port(entry);
  if (!entry_port.empty() && entry_port != std::to_string(port)) return false;
  if (entry.starts_with('[') && entry.ends_with(']')) entry = entry.substr(1, entry.size() - 2);
  if (entry.starts_with("*.")) entry.remove_prefix(1);
  if (entry.empty()) return false;
  bool is_v4 = false;
  if (const auto own = parse_address(entry, is_v4)) return address == own;
  if (entry.starts_with('.')) return host.ends_with(entry);
  return host == entry || host.ends_with("." + std::string(entry));
}

bool is_direct(const ProxyOptions& options, const Url& server) {
  const std::string host = base::to_lower(server.host);
  bool is_v4 = false;
  const auto address = parse_address(host, is_v4);
  if (options.is_loopback_direct && (host == "localhost" || (address && is_loopback(*address))))
    return true;
  std::string_view rest = options.no_proxy;
  while (!rest.empty()) {
    const std::string_view entry = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(entry.size() + 1, rest.size()));
    if (names(base::to_lower(base::trimmed(entry)), host, address, server.port)) return true;
  }
  return false;
}

std::string variable(const char* name) {
  for (const std::string& spelling : {std::string(name), base::to_lower(name)})
    if (const char* value = std::getenv(spelling.c_str()); value != nullptr && *value != '\0')
      return value;
  return {};
}

base::Result<std::optional<Url>> proxy_in(const char* name) {
  std::string text = variable(name);
  if (text.empty()) return std::nullopt;
  if (text.find("://") == text.npos) text.insert(0, "http://");
  auto url = parse_url(text);
  if (url && url->scheme == Url::Scheme::unix_socket) url = base::fail("a proxy is http or https");
  if (!url) return base::in_context(name, url.error());
  return std::optional<Url>(std::move(*url));
}

}  // namespace

const Url* proxy_for(const ProxyOptions& options, const Url& server) {
  if (server.scheme == Url::Scheme::unix_socket) return nullptr;
  const auto& proxy = server.scheme == Url::Scheme::https ? options.for_https : options.for_http;
  return proxy && !is_direct(options, server) ? &*proxy : nullptr;
}

base::Result<ProxyOptions> proxy_from_environment() {
  ProxyOptions options;
  if (std::getenv("REQUEST_METHOD") == nullptr) {
    auto http = proxy_in("HTTP_PROXY");
    if (!http) return tl::unexpected(http.error());
    options.for_http = std::move(*http);
  }
  auto https = proxy_in("HTTPS_PROXY");
  if (!https) return tl::unexpected(https.error());
  options.for_https = std::move(*https);
  options.no_proxy = variable("NO_PROXY");
  options.is_loopback_direct = true;
  return options;
}

}  // namespace io::http
