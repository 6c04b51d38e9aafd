#pragma once
#include <optional>
#include <string>

#include "base/result.h"
#include "io/http/message.h"
#include "io/http/url.h"

namespace io::http {

/// Through which proxy a client reaches its server. An http:// server is reached by requests that
/// the proxy forwards, an https:// server through a tunnel (CONNECT), so the proxy sees no content.
struct ProxyOptions {
  std::optional<Url> for_http;
  std::optional<Url> for_https;
  /// Servers to reach directly, separated by commas: an address, a network (10.0.0.0/8), a name
  /// with those below it (example.org), only those below it (.example.org), each with :port or
  /// without; * is all.
  std::string no_proxy;
  bool is_loopback_direct = false;  ///< localhost and loopback addresses use no proxy
  Headers connect_headers;          ///< sent to the proxy with each CONNECT
};

/// The proxy for this server, nullptr for none. Unix sockets have none.
const Url* proxy_for(const ProxyOptions& options, const Url& server);

/// What HTTP_PROXY, HTTPS_PROXY and NO_PROXY, or their names in small letters, say. As in other
/// programs, HTTP_PROXY is left alone where REQUEST_METHOD is set: a web server sets it from a
/// header of the request there.
base::Result<ProxyOptions> proxy_from_environment();

}  // namespace io::http
