#include "io/http/server.h"

#include <algorithm>
#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstring>
#include <filesystem>
#include <functional>
#include <iterator>
#include <list>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "base/thread.h"
#include "io/http/framing.h"
#include "io/http/server_stream.h"
#include "io/http/url.h"
#include "io/loop.h"
#include "io/tls/context.h"

namespace io::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
using Protocol = asio::generic::stream_protocol;
class ServerSession;

/// What all connections of a server share; outlives them.
struct ServerService {
  Server::Options options;
  Handler handler;
  DeferredHandler deferred;  ///< in place of `handler`
  std::optional<asio::ssl::context> tls;
  std::shared_ptr<LoopGate> gate;  ///< for answers from other threads
  std::atomic<int> connections{0};
  std::atomic<size_t> body_bytes{0};  ///< of requests that are being received

  base::Mutex mutex;
  /// Those whose request waits for its answer.
  std::map<ServerSession*, std::weak_ptr<ServerSession>> owed GUARDED_BY(mutex);
  base::Condition paid;
  /// Connections that wait for a request or a part of one, the longest waiting first.
  std::list<std::weak_ptr<ServerSession>> waiting GUARDED_BY(mutex);
};

namespace {

std::string head_of(const Response& response, bool keep_alive) {
  const auto status = static_cast<unsigned>(response.status);
  const auto reason = beast::http::obsolete_reason(beast::http::int_to_status(status));
  std::string head =
      fmt::format("HTTP/1.1 {} {}\r\n", status, std::string_view(reason.data(), reason.size()));
  for (const auto& [name, value] : response.headers)
    fmt::format_to(std::back_inserter(head), "{}: {}\r\n", name, value);
  if (!keep_alive) head += "Connection: close\r\n";
  if (status >= 200 && status != 204 && status != 304)
    fmt::format_to(std::back_inserter(head), "Content-Length: {}\r\n", response.body.size());
  return head + "\r\n";
}

}  // namespace

/// One connection: read a request, answer it, again. Keeps itself alive through its handlers, all
/// of which run on the strand of its socket.
class ServerSession : public std::enable_shared_from_this<ServerSession> {
 public:
  ServerSession(std::unique_ptr<ServerStream> stream, std::shared_ptr<ServerService> service)
      : stream_(std::move(stream)),
        service_(std::move(service)),
        timer_(stream_->socket().get_executor()),
        peer_(peer_of(stream_->socket())) {
    ++service_->connections;
  }
  ~ServerSession() {
    end_waiting();
    end_owing();
    count_body(0);
    --service_->connections;
  }
  ServerSession(const ServerSession&) = delete;
  ServerSession& operator=(const ServerSession&) = delete;

  void start() {
    begin_waiting();
    limit_time(service_->options.request_timeout);
    stream_->handshake([self = shared_from_this()](const ServerError& error, size_t) {
      if (!error) self->read();
    });
  }

  /// From any thread.
  void answer_soon() {
    asio::post(stream_->socket().get_executor(), [self = shared_from_this()] {
      self->keep_alive_ = false;
      self->answer_late();
    });
  }
  /// From any thread: closes at once, unless a request is being served.
  void close_soon() {
    asio::post(stream_->socket().get_executor(), [self = shared_from_this()] {
      if (!self->is_serving_) self->abort();
    });
  }

 private:
  using Parser = beast::http::request_parser<beast::http::string_body>;
  static constexpr size_t kReadBytes = 16 << 10;

  void abort() {
    ServerError ignored;
    stream_->socket().close(ignored);
  }
  void limit_time(std::chrono::seconds limit) {
    timer_.expires_after(limit);
    timer_.async_wait([weak = weak_from_this()](const ServerError& error) {
      if (const auto self = error ? nullptr : weak.lock()) self->abort();
    });
  }

  void begin_waiting() {
    base::Lock lock(service_->mutex);
    waiting_ = service_->waiting.insert(service_->waiting.end(), weak_from_this());
  }
  void end_waiting() {
    base::Lock lock(service_->mutex);
    if (waiting_) service_->waiting.erase(*waiting_);
    waiting_.reset();
  }

  void read() {
    parser_.emplace();
    parser_->body_limit(service_->options.body_bytes_max);
    parser_->header_limit(service_->options.header_bytes_max);
    parser_->eager(true);
    has_leave_ = false;
    if (!waiting_) begin_waiting();
    is_serving_ = false;
    // Nothing may come for long; what has begun must end soon.
    has_begun_ = filled_ > 0;
    limit_time(has_begun_ ? service_->options.request_timeout : service_->options.idle_timeout);
    parse();
  }

  void read_some() {
    if (data_.size() < filled_ + kReadBytes) data_.resize(filled_ + kReadBytes);
    stream_->read_some(data_.data() + filled_, kReadBytes,
                       [self = shared_from_this()](const ServerError& error, size_t bytes) {
                         if (error) return;  // The peer is gone, or abort() closed the socket.
                         if (!std::exchange(self->has_begun_, true))
                           self->limit_time(self->service_->options.request_timeout);
                         self->filled_ += bytes;
                         self->parse();
                       });
  }

  /// Goes on with what has been read.
  void parse() {
    while (filled_ >= (parser_->chunked() ? kLastChunkBytes : 1) && !parser_->is_done()) {
      ServerError error;
      const size_t used = parser_->put(asio::const_buffer(data_.data(), filled_), error);
      std::copy(data_.data() + used, data_.data() + filled_, data_.data());
      filled_ -= used;
      if (error == beast::http::error::need_more) break;
      if (error == beast::http::error::body_limit) return refuse(413);
      if (error == beast::http::error::header_limit) return refuse(431);
      if (error) return refuse(400);
      if (used == 0) break;
    }
    if (!count_body(parser_->get().body().size())) return refuse(503);
    if (wants_leave()) return continue_request();
    if (parser_->is_done()) return serve();
    if (filled_ > service_->options.header_bytes_max && !parser_->is_header_done())
      return refuse(431);
    read_some();
  }

  /// Whether the client waits for "100 Continue" before it sends the body (RFC 9110, 10.1.1).
  bool wants_leave() {
    if (!parser_->is_header_done() || parser_->is_done() || has_leave_) return false;
    return beast::iequals(parser_->get()[beast::http::field::expect], "100-continue");
  }

  void continue_request() {
    has_leave_ = true;
    out_ = "HTTP/1.1 100 Continue\r\n\r\n";
    written_ = 0;
    write_some([this] { parse(); });
  }

  /// So much of the body is here. False: all bodies together are too large, and this one has grown.
  bool count_body(size_t bytes) {
    const size_t before = std::exchange(body_bytes_, bytes);
    const size_t all = service_->body_bytes += bytes - before;  // Wraps around when it is less.
    return bytes <= before || all <= service_->options.bodies_bytes_max;
  }

  void serve() {
    end_waiting();
    count_body(0);
    is_serving_ = true;
    timer_.cancel();
    const auto& message = parser_->get();
    Request request;
    request.method = message.method_string();
    request.target = message.target();
    for (const auto& field : message)
      request.headers.push_back({std::string(field.name_string()), std::string(field.value())});
    wants_body_ = request.method != "HEAD";
    keep_alive_ = message.keep_alive() && service_->options.keep_alive;
    request.peer = peer_;
    if (service_->deferred == nullptr) {
      request.body = message.body();
      return answer(service_->handler(request));
    }
    is_answered_ = false;
    limit_answer();
    {
      base::Lock lock(service_->mutex);
      service_->owed[this] = weak_from_this();
    }
    service_->deferred(request, std::move(parser_->get().body()), reply());
  }

  /// Nobody else holds a connection that waits for its answer: whoever owes it may outlive the
  /// server.
  void limit_answer() {
    timer_.expires_after(service_->options.answer_timeout);
    timer_.async_wait([self = shared_from_this()](const ServerError& error) {
      if (!error) self->answer_late();
    });
  }

  void answer_late() {
    if (!std::exchange(is_answered_, true)) answer(service_->options.late_answer);
  }
  void end_owing() {
    base::Lock lock(service_->mutex);
    if (service_->owed.erase(this) > 0 && service_->owed.empty()) service_->paid.notify_all();
  }

  Reply reply() {
    return [weak = weak_from_this(), number = ++replies_,
            gate = service_->gate](const Response& response) {
      gate->post([weak, number, response] {
        const auto self = weak.lock();
        if (!self) return;
        asio::post(self->stream_->socket().get_executor(), [self, number, response] {
          if (number == self->replies_ && !std::exchange(self->is_answered_, true))
            self->answer(response);
        });
      });
    };
  }

  void answer(const Response& response) {
    if (response.status == 0) return abort();
    write(response, keep_alive_, !wants_body_);
  }

  void refuse(int status) {
    end_waiting();
    count_body(0);
    is_serving_ = true;
    Response response{status, {}, {}};
    if (status == 503) response.headers.push_back({"Retry-After", "1"});
    write(response, false, false);
  }

  void write(const Response& response, bool keep_alive, bool is_head) {
    out_ = head_of(response, keep_alive);
    if (!is_head) out_ += response.body;
    written_ = 0;
    keep_alive_ = keep_alive;
    limit_time(service_->options.idle_timeout);
    write_some([this] {
      end_owing();
      keep_alive_ ? read() : close();
    });
  }

  /// Writes what is left of out_, and goes on with `next`.
  void write_some(std::function<void()> next) {
    stream_->write_some(out_.data() + written_, out_.size() - written_,
                        [self = shared_from_this(), next = std::move(next)](
                            const ServerError& error, size_t bytes) mutable {
                          if (error) return;
                          self->written_ += bytes;
                          if (self->written_ < self->out_.size())
                            return self->write_some(std::move(next));
                          self->out_ = {};
                          next();
                        });
  }

  void close() {
    ServerError ignored;
    stream_->socket().shutdown(asio::socket_base::shutdown_send, ignored);
  }

  std::unique_ptr<ServerStream> stream_;
  std::shared_ptr<ServerService> service_;
  asio::steady_timer timer_;
  const std::string peer_;
  std::optional<std::list<std::weak_ptr<ServerSession>>::iterator> waiting_;
  bool is_serving_ = false;
  bool has_leave_ = false;  // To send the body.
  size_t body_bytes_ = 0;   // Of the body that is being received.
  bool has_begun_ = false;  // Of a request, at least one byte is here.
  std::string data_;        // Read and not parsed yet: the first `filled_` bytes.
  size_t filled_ = 0;
  std::optional<Parser> parser_;
  std::string out_;
  size_t written_ = 0;
  bool keep_alive_ = false;
  bool wants_body_ = true;
  // Of a DeferredHandler: answers to requests before the last one come too late.
  uint64_t replies_ = 0;
  bool is_answered_ = false;
};

namespace {

void start_session(ServerSocket socket, std::shared_ptr<ServerService> service) {
  auto stream = service->tls ? ServerStream::with_tls(std::move(socket), *service->tls)
                             : ServerStream::plain(std::move(socket));
  std::make_shared<ServerSession>(std::move(stream), std::move(service))->start();
}

bool close_longest_waiting(ServerService& service) {
  std::shared_ptr<ServerSession> session;  // Ends after the lock, which its own end takes.
  base::Lock lock(service.mutex);
  // One that ends at this moment makes room by itself, so it counts.
  if (service.waiting.empty()) return false;
  session = service.waiting.front().lock();
  // To the end: the next new connection takes another one.
  service.waiting.splice(service.waiting.end(), service.waiting, service.waiting.begin());
  if (session) session->close_soon();
  return true;
}

base::Result<void> load_tls(ServerService& service) {
  if (!service.options.tls) return {};
  auto context = tls::server_context(*service.options.tls);
  if (!context) return tl::unexpected(context.error());
  service.tls.emplace(context->release());
  return {};
}

}  // namespace

struct Server::State {
  std::shared_ptr<ServerService> service = std::make_shared<ServerService>();
  std::string address;
  // Destroyed together by stop(): pending handlers die with the context and close their sockets.
  struct Loop {
    asio::io_context context;
    asio::basic_socket_acceptor<Protocol> acceptor{context};
    asio::steady_timer pause{context};
  };
  std::unique_ptr<Loop> loop = std::make_unique<Loop>();
  std::shared_ptr<LoopGate> gate = std::make_shared<LoopGate>(loop->context);
  std::vector<base::Thread> threads;

  base::Result<void> bind(std::string_view where);
  void accept();
  void accept_later();
  void serve(ServerSocket socket);
};

base::Result<void> Server::State::bind(std::string_view where) {
  auto endpoint = parse_address(where);
  if (!endpoint) return tl::unexpected(endpoint.error());
  const bool is_unix = endpoint->protocol().family() == AF_UNIX;
  std::error_code ignored;
  if (is_unix && std::filesystem::is_socket(where.substr(7), ignored))
    std::filesystem::remove(where.substr(7), ignored);
  auto& acceptor = loop->acceptor;
  ServerError error;
  acceptor.open(endpoint->protocol(), error);
  if (!error && !is_unix) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(*endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return base::fail("listen on {}: {}", where, error.message());
  address = bound_address(acceptor.local_endpoint(), where);
  return {};
}

void Server::State::accept() {
  loop->acceptor.async_accept(asio::any_io_executor(asio::make_strand(loop->context)),
                              [this](const ServerError& error, ServerSocket socket) {
                                if (error == asio::error::operation_aborted) return;
                                if (error) return accept_later();
                                serve(std::move(socket));
                                accept();
                              });
}

/// Mostly no descriptor is left: trying at once would spin until one is.
void Server::State::accept_later() {
  constexpr std::chrono::milliseconds kPause{200};
  loop->pause.expires_after(kPause);
  loop->pause.async_wait([this](const ServerError& error) {
    if (!error) accept();
  });
}

void Server::State::serve(ServerSocket socket) {
  ServerError ignored;
  socket.set_option(asio::ip::tcp::no_delay(true), ignored);  // A Unix socket has no such thing.
  if (service->connections >= service->options.connections_max && !close_longest_waiting(*service))
    return service->tls ? void() : refuse_connection(std::move(socket));
  start_session(std::move(socket), service);
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

Server::~Server() {
  stop();
}

base::Result<std::unique_ptr<Server>> Server::listen(std::string_view address, Options options,
                                                     Handler handler) {
  auto state = std::make_unique<State>();
  state->service->handler = std::move(handler);
  return serve(address, std::move(options), std::move(state));
}

base::Result<std::unique_ptr<Server>> Server::listen(std::string_view address, Options options,
                                                     DeferredHandler handler) {
  auto state = std::make_unique<State>();
  state->service->deferred = std::move(handler);
  return serve(address, std::move(options), std::move(state));
}

base::Result<std::unique_ptr<Server>> Server::serve(std::string_view address, Options options,
                                                    std::unique_ptr<State> state) {
  state->service->options = std::move(options);
  state->service->gate = state->gate;
  if (auto loaded = load_tls(*state->service); !loaded) return tl::unexpected(loaded.error());
  if (auto bound = state->bind(address); !bound) return tl::unexpected(bound.error());
  state->accept();
  auto* loop = state->loop.get();
  auto server = std::unique_ptr<Server>(new Server(std::move(state)));
  for (int i = 0; i < server->state_->service->options.threads; ++i) {
    auto thread = base::Thread::start("http", [loop] { loop->context.run(); });
    if (!thread) return tl::unexpected(thread.error());
    server->state_->threads.push_back(std::move(*thread));
  }
  return server;
}

const std::string& Server::address() const {
  return state_->address;
}

/// Those who wait for an answer, for use without the lock, which the end of each takes.
std::vector<std::shared_ptr<ServerSession>> sessions_owed(ServerService& service) {
  std::vector<std::shared_ptr<ServerSession>> sessions;
  base::Lock lock(service.mutex);
  for (const auto& [session, weak] : service.owed) sessions.push_back(weak.lock());
  std::erase(sessions, nullptr);
  return sessions;
}

/// Tells those who wait for an answer, so that they send again what they sent.
void answer_all(ServerService& service) {
  const auto until = std::chrono::steady_clock::now() + Server::kStopPatience;
  for (const auto& session : sessions_owed(service)) session->answer_soon();
  base::Lock lock(service.mutex);
  while (!service.owed.empty())
    if (service.paid.wait_until(service.mutex, until) == std::cv_status::timeout) return;
}

void Server::stop() {
  if (!state_->loop) return;
  answer_all(*state_->service);
  state_->loop->context.stop();
  state_->threads.clear();
  state_->gate->close();
  state_->loop.reset();
}

}  // namespace io::http
