#pragma once
#include <memory>
#include <string_view>

#include "base/result.h"
#include "io/http/connect.h"
#include "io/http/tls.h"
#include "io/http/url.h"
#include "io/http/wait.h"

namespace io::http {

/// A connected stream socket, plain or TLS, read and written by one thread that sleeps in poll(2).
class Connection {
 public:
  /// `worked`: see connect_to().
  static base::Result<std::unique_ptr<Connection>> open(const Url& server, const TlsOptions& tls,
                                                        const Wait& wait,
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
  const base::Descriptor fd_;
};

}  // namespace io::http
