#include "io/http/server_stream.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <cstring>
#include <string>
#include <utility>

#include "io/http/url.h"

namespace io::http {

namespace asio = boost::asio;

namespace {

class PlainServerStream final : public ServerStream {
 public:
  explicit PlainServerStream(ServerSocket socket) : socket_(std::move(socket)) {}
  ServerSocket& socket() override { return socket_; }
  void handshake(OnDone on_done) override { on_done({}, 0); }
  void read_some(char* to, size_t size, OnDone on_done) override {
    socket_.async_read_some(asio::mutable_buffer(to, size), std::move(on_done));
  }
  void write_some(const char* from, size_t size, OnDone on_done) override {
    socket_.async_write_some(asio::const_buffer(from, size), std::move(on_done));
  }

 private:
  ServerSocket socket_;
};

class TlsServerStream final : public ServerStream {
 public:
  TlsServerStream(ServerSocket socket, asio::ssl::context& context)
      : stream_(std::move(socket), context) {}
  ServerSocket& socket() override { return stream_.next_layer(); }
  void handshake(OnDone on_done) override {
    stream_.async_handshake(
        asio::ssl::stream_base::server,
        [on_done = std::move(on_done)](const ServerError& error) { on_done(error, 0); });
  }
  void read_some(char* to, size_t size, OnDone on_done) override {
    stream_.async_read_some(asio::mutable_buffer(to, size), std::move(on_done));
  }
  void write_some(const char* from, size_t size, OnDone on_done) override {
    stream_.async_write_some(asio::const_buffer(from, size), std::move(on_done));
  }

 private:
  asio::ssl::stream<ServerSocket> stream_;
};

}  // namespace

std::unique_ptr<ServerStream> ServerStream::plain(ServerSocket socket) {
  return std::make_unique<PlainServerStream>(std::move(socket));
}

std::unique_ptr<ServerStream> ServerStream::with_tls(ServerSocket socket,
                                                     asio::ssl::context& context) {
  return std::make_unique<TlsServerStream>(std::move(socket), context);
}

std::string peer_of(const ServerSocket& socket) {
  ServerError error;
  const asio::generic::stream_protocol::endpoint peer = socket.remote_endpoint(error);
  if (error || peer.protocol().family() == AF_UNIX) return {};
  asio::ip::tcp::endpoint tcp;
  std::memcpy(tcp.data(), peer.data(), peer.size());
  return tcp.address().to_string();
}

base::Result<ServerSocket::endpoint_type> parse_address(std::string_view address) {
  const auto parsed = parse_listen_address(address);
  if (!parsed) return tl::unexpected(parsed.error());
  if (parsed->is_unix())
    return ServerSocket::endpoint_type(asio::local::stream_protocol::endpoint(parsed->unix_path));
  asio::io_context resolving;
  ServerError error;
  const auto found = asio::ip::tcp::resolver(resolving).resolve(
      parsed->host, parsed->port, asio::ip::tcp::resolver::passive, error);
  if (error || found.empty()) return base::fail("{}: {}", address, error.message());
  return ServerSocket::endpoint_type(found.begin()->endpoint());
}

std::string bound_address(const ServerSocket::endpoint_type& endpoint, std::string_view given) {
  if (endpoint.protocol().family() == AF_UNIX) return std::string(given);
  asio::ip::tcp::endpoint tcp;
  std::memcpy(tcp.data(), endpoint.data(), endpoint.size());
  return tcp.address().is_v6() ? fmt::format("[{}]:{}", tcp.address().to_string(), tcp.port())
                               : fmt::format("{}:{}", tcp.address().to_string(), tcp.port());
}

void refuse_connection(ServerSocket socket) {
  constexpr std::string_view kAnswer =
      "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\n"
      "Content-Length: 21\r\n\r\ntoo many connections\n";
  ServerError ignored;
  socket.non_blocking(true, ignored);
  socket.send(asio::const_buffer(kAnswer.data(), kAnswer.size()), 0, ignored);
  socket.shutdown(asio::socket_base::shutdown_both, ignored);
}

}  // namespace io::http
