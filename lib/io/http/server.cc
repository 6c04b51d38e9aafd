#include "io/http/server.h"

#include <atomic>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <cstring>
#include <filesystem>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace io::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using Protocol = asio::generic::stream_protocol;
using Executor = asio::strand<asio::io_context::executor_type>;
using Socket = asio::basic_stream_socket<Protocol, Executor>;
using PlainStream = beast::basic_stream<Protocol, Executor>;
using TlsStream = beast::ssl_stream<PlainStream>;

/// What all connections share; outlives them.
struct Service {
  Server::Options options;
  Handler handler;
  std::optional<asio::ssl::context> tls;
  std::atomic<int> connections{0};
};

Headers headers_of(const beast::http::fields& fields) {
  Headers headers;
  for (const auto& field : fields)
    headers.push_back({std::string(field.name_string()), std::string(field.value())});
  return headers;
}

/// One connection: read a request, answer it, again. Keeps itself alive through its handlers, all
/// of which run on the strand of its stream.
template <class Stream>
class Session : public std::enable_shared_from_this<Session<Stream>> {
 public:
  Session(Stream stream, std::shared_ptr<Service> service)
      : stream_(std::move(stream)), service_(std::move(service)) {
    ++service_->connections;
  }
  ~Session() { --service_->connections; }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void start() {
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      limit_time();
      stream_.async_handshake(asio::ssl::stream_base::server,
                              [self = this->shared_from_this()](beast::error_code error) {
                                if (!error) self->read();
                              });
    } else {
      read();
    }
  }

 private:
  void limit_time() {
    beast::get_lowest_layer(stream_).expires_after(service_->options.idle_timeout);
  }

  void read() {
    parser_.emplace();
    parser_->body_limit(service_->options.body_bytes_max);
    parser_->header_limit(service_->options.header_bytes_max);
    limit_time();
    beast::http::async_read(stream_, buffer_, *parser_,
                            [self = this->shared_from_this()](beast::error_code error, size_t) {
                              self->on_read(error);
                            });
  }

  void on_read(beast::error_code error) {
    namespace http = beast::http;
    if (error == http::error::body_limit) return refuse(413);
    if (error == http::error::header_limit) return refuse(431);
    if (error == http::error::end_of_stream) return close();
    if (error) {
      // Errors of the HTTP parser are the peer's mistake and get an answer; others are the wire's.
      if (error.category() == http::make_error_code(http::error::bad_method).category() &&
          error != http::error::partial_message)
        refuse(400);
      return;
    }
    const auto& message = parser_->get();
    Request request;
    request.method = message.method_string();
    request.target = message.target();
    request.headers = headers_of(message.base());
    request.body = message.body();
    beast::get_lowest_layer(stream_).expires_never();
    Response response = service_->handler(request);
    if (response.status != 0)
      write(std::move(response), message.keep_alive(), request.method == "HEAD");
  }

  void refuse(int status) { write({status, {}, {}}, false, false); }

  void write(Response response, bool keep_alive, bool is_head) {
    auto& out = response_.emplace();
    out.result(static_cast<unsigned>(response.status));
    for (const auto& [name, value] : response.headers) out.insert(name, value);
    out.keep_alive(keep_alive);
    if (response.status >= 200 && response.status != 204 && response.status != 304)
      out.content_length(response.body.size());
    if (!is_head) out.body() = std::move(response.body);
    limit_time();
    beast::http::async_write(
        stream_, out,
        [self = this->shared_from_this(), keep_alive](beast::error_code error, size_t) {
          if (error) return;
          if (keep_alive)
            self->read();
          else
            self->close();
        });
  }

  void close() {
    beast::error_code ignored;
    beast::get_lowest_layer(stream_).socket().shutdown(asio::socket_base::shutdown_send, ignored);
  }

  Stream stream_;
  std::shared_ptr<Service> service_;
  beast::flat_buffer buffer_;
  std::optional<beast::http::request_parser<beast::http::string_body>> parser_;
  std::optional<beast::http::response<beast::http::string_body>> response_;
};

/// "host:port" or ":port" as an endpoint.
base::Result<Protocol::endpoint> parse_address(std::string_view address) {
  constexpr std::string_view kUnix = "unix://";
  if (address.starts_with(kUnix)) {
    const std::string path(address.substr(kUnix.size()));
    if (path.empty() || path.size() > 107) return base::fail("{}: unusable path", address);
    return Protocol::endpoint(asio::local::stream_protocol::endpoint(path));
  }
  std::string host(address.substr(0, address.rfind(':')));
  const std::string port(address.substr(std::min(address.size(), address.rfind(':') + 1)));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host.empty()) host = "127.0.0.1";
  asio::io_context resolving;
  beast::error_code error;
  const auto found = asio::ip::tcp::resolver(resolving).resolve(
      host, port, asio::ip::tcp::resolver::passive, error);
  if (error || found.empty()) return base::fail("{}: {}", address, error.message());
  return Protocol::endpoint(found.begin()->endpoint());
}

std::string bound_address(const Protocol::endpoint& endpoint, std::string_view given) {
  if (endpoint.protocol().family() == AF_UNIX) return std::string(given);
  asio::ip::tcp::endpoint tcp;
  std::memcpy(tcp.data(), endpoint.data(), endpoint.size());
  return tcp.address().is_v6() ? fmt::format("[{}]:{}", tcp.address().to_string(), tcp.port())
                               : fmt::format("{}:{}", tcp.address().to_string(), tcp.port());
}

base::Result<void> load_tls(Service& service) {
  const Server::Options& options = service.options;
  if (options.cert_file.empty()) return {};
  service.tls.emplace(asio::ssl::context::tls_server);
  beast::error_code error;
  service.tls->use_certificate_chain_file(options.cert_file, error);
  if (error) return base::fail("{}: {}", options.cert_file, error.message());
  service.tls->use_private_key_file(options.key_file, asio::ssl::context::pem, error);
  if (error) return base::fail("{}: {}", options.key_file, error.message());
  if (options.client_ca_file.empty()) return {};
  service.tls->load_verify_file(options.client_ca_file, error);
  if (error) return base::fail("{}: {}", options.client_ca_file, error.message());
  service.tls->set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert,
                               error);
  return {};
}

}  // namespace

struct Server::State {
  std::shared_ptr<Service> service = std::make_shared<Service>();
  std::string address;
  // Destroyed together by stop(): pending handlers die with the context and close their sockets.
  struct Loop {
    asio::io_context context;
    asio::basic_socket_acceptor<Protocol> acceptor{context};
  };
  std::unique_ptr<Loop> loop = std::make_unique<Loop>();
  std::vector<std::jthread> threads;

  base::Result<void> bind(std::string_view where);
  void accept();
  void serve(Socket socket);
};

base::Result<void> Server::State::bind(std::string_view where) {
  auto endpoint = parse_address(where);
  if (!endpoint) return tl::unexpected(endpoint.error());
  const bool is_unix = endpoint->protocol().family() == AF_UNIX;
  std::error_code ignored;
  if (is_unix && std::filesystem::is_socket(where.substr(7), ignored))
    std::filesystem::remove(where.substr(7), ignored);
  auto& acceptor = loop->acceptor;
  beast::error_code error;
  acceptor.open(endpoint->protocol(), error);
  if (!error && !is_unix) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(*endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return base::fail("listen on {}: {}", where, error.message());
  address = bound_address(acceptor.local_endpoint(), where);
  return {};
}

void Server::State::accept() {
  loop->acceptor.async_accept(
      asio::make_strand(loop->context), [this](beast::error_code error, Socket socket) {
        if (error == asio::error::operation_aborted) return;
        if (!error && service->connections < service->options.connections_max)
          serve(std::move(socket));
        accept();
      });
}

void Server::State::serve(Socket socket) {
  beast::error_code ignored;
  socket.set_option(asio::ip::tcp::no_delay(true), ignored);  // A Unix socket has no such thing.
  PlainStream stream(std::move(socket));
  if (service->tls) {
    std::make_shared<Session<TlsStream>>(TlsStream(std::move(stream), *service->tls), service)
        ->start();
  } else {
    std::make_shared<Session<PlainStream>>(std::move(stream), service)->start();
  }
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

Server::~Server() {
  stop();
}

base::Result<std::unique_ptr<Server>> Server::listen(std::string_view address, Options options,
                                                     Handler handler) {
  auto state = std::make_unique<State>();
  state->service->options = std::move(options);
  state->service->handler = std::move(handler);
  if (auto loaded = load_tls(*state->service); !loaded) return tl::unexpected(loaded.error());
  if (auto bound = state->bind(address); !bound) return tl::unexpected(bound.error());
  state->accept();
  auto* loop = state->loop.get();
  for (int i = 0; i < state->service->options.threads; ++i)
    state->threads.emplace_back([loop] { loop->context.run(); });
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

const std::string& Server::address() const {
  return state_->address;
}

void Server::stop() {
  if (!state_->loop) return;
  state_->loop->context.stop();
  state_->threads.clear();
  state_->loop.reset();
}

}  // namespace io::http
