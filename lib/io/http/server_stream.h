#pragma once
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ssl/context.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

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

}  // namespace io::http
