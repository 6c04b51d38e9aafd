#pragma once
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ssl/context.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace io::http {

using ServerSocket = boost::asio::generic::stream_protocol::socket;
using ServerError = boost::system::error_code;

/// A connected socket, plain or TLS. One type for the session, so that what Asio and Beast make of
/// it is compiled once.
class ServerStream {
 public:
  using OnDone = std::function<void(const ServerError& error, size_t bytes)>;

  static std::unique_ptr<ServerStream> plain(ServerSocket socket);
  /// The context outlives it.
  static std::unique_ptr<ServerStream> with_tls(ServerSocket socket,
                                                boost::asio::ssl::context& context);
  virtual ~ServerStream() = default;
  virtual ServerSocket& socket() = 0;
  virtual void handshake(OnDone on_done) = 0;
  virtual void read_some(char* to, size_t size, OnDone on_done) = 0;
  virtual void write_some(const char* from, size_t size, OnDone on_done) = 0;
};

/// The address of whoever is connected, without the port; empty for a Unix socket.
std::string peer_of(const ServerSocket& socket);

/// What to bind to for "host:port", ":port" or unix:///path. A name is looked up, and may block.
base::Result<ServerSocket::endpoint_type> parse_address(std::string_view address);
/// "127.0.0.1:41234": what is bound, with the real port; a Unix socket as given.
std::string bound_address(const ServerSocket::endpoint_type& endpoint, std::string_view given);

/// Answers 503 on a connection that there is no room for, and closes it. Does not wait.
void refuse_connection(ServerSocket socket);

}  // namespace io::http
