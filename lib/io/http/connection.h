#pragma once
#include <memory>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "io/http/connect.h"
#include "io/http/message.h"
#include "io/http/proxy.h"
#include "io/http/url.h"
#include "io/http/wait.h"
#include "io/tls/options.h"

namespace io::http {

/// A connected stream socket, plain or TLS, read and written by one thread that sleeps in poll(2).
class Connection {
 public:
  struct Opened {
    std::unique_ptr<Connection> connection;
    std::optional<Response> refusal;  ///< instead: what a proxy says that demands a login (407)
  };
  /// To the server, or to its proxy, with the tunnel through it that an https:// server needs.
  /// `worked`: see connect_to().
  static base::Result<Opened> open(const Url& server, const tls::Options& tls,
                                   const ProxyOptions& proxies, const Wait& wait,
                                   std::optional<SocketAddress>& worked);
  virtual ~Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Writes both pieces whole, one after the other.
  virtual base::Result<void> write(std::string_view head, std::string_view body,
                                   const Wait& wait) = 0;
  /// Reads what there is, at least one byte; 0 when the peer has ended its side.
  virtual base::Result<size_t> read(char* to, size_t size, const Wait& wait) = 0;

 protected:
  explicit Connection(base::Descriptor fd) : fd_(std::move(fd)) {}
  base::Descriptor fd_;
};

}  // namespace io::http
