#include "io/http/async_client.h"

#include <netinet/tcp.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "io/http/connect.h"
#include "io/tls/context.h"

namespace io::http {

namespace asio = boost::asio;
using AsioClock = std::chrono::steady_clock;
using AsioProtocol = asio::generic::stream_protocol;
using AsioSocket = AsioProtocol::socket;
using AsioError = boost::system::error_code;
using KeepAliveAfter = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPIDLE>;
using KeepAliveEvery = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPINTVL>;
using KeepAliveTries = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPCNT>;

/// A connected socket on an event loop, plain or TLS. One type for both, so that what Asio makes of
/// their users is compiled once. Callbacks run on the executor of the socket, and keep the stream:
/// TLS touches it when an operation ends.
class AsioStream {
 public:
  using OnDone = std::function<void(const AsioError& error, size_t bytes)>;
  /// The bytes are valid during the call.
  using OnRead = std::function<void(const AsioError& error, std::string_view bytes)>;

  virtual ~AsioStream() = default;
  virtual AsioSocket& socket() = 0;
  virtual void read_some(OnRead on_read) = 0;
  virtual void write_some(const char* from, size_t size, OnDone on_done) = 0;
};

class PlainAsioStream final : public AsioStream {
 public:
  explicit PlainAsioStream(AsioSocket socket) : socket_(std::move(socket)) {}
  AsioSocket& socket() override { return socket_; }
  /// Without a buffer while it waits, for connections may be many that are silent.
  void read_some(OnRead on_read) override {
    socket_.async_wait(AsioSocket::wait_read, [this, on_read = std::move(on_read)](
                                                  const AsioError& failed) mutable {
      AsioError error = failed;
      // Not an array: every thread of the agent would get one, filled with zeros, as it starts.
      thread_local const auto buffer = std::make_unique_for_overwrite<char[]>(kReadBytes);
      if (!error) socket_.non_blocking(true, error);
      const size_t bytes =
          error ? 0 : socket_.read_some(asio::mutable_buffer(buffer.get(), kReadBytes), error);
      if (error == asio::error::would_block) return read_some(std::move(on_read));
      on_read(error, {buffer.get(), bytes});
    });
  }
  void write_some(const char* from, size_t size, OnDone on_done) override {
    socket_.async_write_some(asio::const_buffer(from, size), std::move(on_done));
  }

 private:
  static constexpr size_t kReadBytes = 64 << 10;
  AsioSocket socket_;
};

class TlsAsioStream final : public AsioStream {
 public:
  TlsAsioStream(AsioSocket socket, asio::ssl::context& context)
      : stream_(std::move(socket), context) {}
  AsioSocket& socket() override { return stream_.next_layer(); }
  SSL* session() { return stream_.native_handle(); }
  void handshake(std::function<void(const AsioError& error)> on_done) {
    stream_.async_handshake(asio::ssl::stream_base::client, std::move(on_done));
  }
  void read_some(OnRead on_read) override {
    buffer_.resize(kReadBytes);
    stream_.async_read_some(
        asio::mutable_buffer(buffer_.data(), buffer_.size()),
        [this, on_read = std::move(on_read)](const AsioError& error, size_t bytes) {
          on_read(error, {buffer_.data(), bytes});
        });
  }
  void write_some(const char* from, size_t size, OnDone on_done) override {
    stream_.async_write_some(asio::const_buffer(from, size), std::move(on_done));
  }

 private:
  static constexpr size_t kReadBytes = 16 << 10;  // A record of TLS.
  asio::ssl::stream<AsioSocket> stream_;
  std::vector<char> buffer_;
};

/// What the calls of a client share; outlives it while calls are under way.
struct AsyncClient::Shared {
  static constexpr size_t kIdleMax = 4;
  struct Idle {
    std::shared_ptr<AsioStream> stream;
    AsioClock::time_point since;
    std::string tls_stamp;
  };

  const asio::any_io_executor strand;  ///< of all handlers
  const std::shared_ptr<LoopGate> gate;
  const Url server;
  const Client::Options options;
  base::Mutex mutex;
  std::vector<Idle> idle GUARDED_BY(mutex);

  Shared(Loop& loop, Url url, Client::Options given)
      : strand(asio::make_strand(loop.context())),
        gate(loop.gate()),
        server(std::move(url)),
        options(std::move(given)) {}

  /// The connection that was used last, unless it is too old or its certificates are.
  std::shared_ptr<AsioStream> take_idle(const std::string& tls_stamp) {
    std::vector<Idle> dropped;
    base::Lock lock(mutex);
    const auto oldest = AsioClock::now() - options.keep_alive;
    while (!idle.empty()) {
      Idle last = std::move(idle.back());
      idle.pop_back();
      if (last.since >= oldest && last.tls_stamp == tls_stamp) return std::move(last.stream);
      dropped.push_back(std::move(last));
    }
    return nullptr;
  }
  void keep(std::shared_ptr<AsioStream> stream, std::string tls_stamp) {
    base::Lock lock(mutex);
    if (idle.size() < kIdleMax)
      idle.push_back({std::move(stream), AsioClock::now(), std::move(tls_stamp)});
  }
};

/// One request and its answer. Keeps itself alive through its handlers.
class AsyncExchange final : public AsyncCall, public std::enable_shared_from_this<AsyncExchange> {
 public:
  using Shared = std::shared_ptr<AsyncClient::Shared>;

  AsyncExchange(Shared shared, Request request, std::chrono::milliseconds timeout, OnData on_data,
                AsyncClient::OnDone on_done)
      : shared_(std::move(shared)),
        body_(request.body),
        request_(std::move(request)),
        on_data_(std::move(on_data)),
        on_done_(std::move(on_done)),
        tls_stamp_(tls::file_stamp(shared_->options.tls)),
        stream_(shared_->take_idle(tls_stamp_)),
        strand_(shared_->strand),
        deadline_(strand_),
        stagger_(strand_) {
    request_.body = body_;
    deadline_.expires_after(std::min<std::chrono::milliseconds>(timeout, kWaitMax));
  }

  void start() {
    asio::post(strand_, [self = shared_from_this()] { self->begin(); });
  }
  void cancel() override {
    asio::post(strand_, [self = shared_from_this()] { self->fail("stopped"); });
  }
  void pause() override { is_paused_ = true; }
  void resume() override {
    asio::post(strand_, [self = shared_from_this()] {
      self->is_paused_ = false;
      const Next next = std::exchange(self->paused_next_, nullptr);
      if (next != nullptr && !self->is_over_) self->read(next);
    });
  }

 private:
  /// What is written to a connection, which may be given up for another one meanwhile.
  struct Output {
    std::string bytes;
    size_t written;
  };

  const Url& server() const { return shared_->server; }
  const Url* proxy() const { return proxy_for(shared_->options.proxy, server()); }
  /// Who is at the other end of the socket.
  const Url& peer() const { return proxy() != nullptr ? *proxy() : server(); }
  bool needs_tunnel() const { return proxy() && server().scheme == Url::Scheme::https; }

  void begin() {
    if (is_over_) return;
    deadline_.async_wait([self = shared_from_this()](const AsioError& error) {
      if (!error) self->on_timeout();
    });
    auto head = request_head(request_, server(), needs_tunnel() ? nullptr : proxy());
    if (!head) return fail(head.error().message);
    head_ = std::move(*head);
    is_kept_ = stream_ != nullptr;
    is_kept_ ? exchange() : look_up();
  }

  void on_timeout() {
    if (!stream_) forget_name();
    fail(doing_ + ": timeout");
  }

  void look_up() {
    if (needs_tunnel() && peer().scheme == Url::Scheme::https)
      return fail("proxy " + peer().host_header() +
                  ": an https:// server needs a proxy at an http:// URL");
    doing_ = "resolve " + peer().host;
    if (peer().scheme == Url::Scheme::unix_socket) {
      auto address = unix_address(peer().host);
      if (!address) return fail(address.error().message);
      return connect({*address});
    }
    // The thread that looks up may outlive the loop. Until it answers the deadline keeps this
    // alive.
    Resolver::system().resolve(
        peer().host, peer().port,
        [gate = shared_->gate, weak = weak_from_this()](const base::Result<Addresses>& found) {
          gate->post([weak, found] {
            const auto self = weak.lock();
            if (self) asio::post(self->strand_, [self, found] { self->on_found(found); });
          });
        });
  }
  void on_found(const base::Result<Addresses>& found) {
    if (is_over_) return;
    found ? connect(*found) : fail(found.error().message);
  }
  /// None of its addresses answers.
  void forget_name() {
    if (peer().scheme != Url::Scheme::unix_socket) Resolver::system().forget(peer().host);
  }

  void connect(Addresses addresses) {
    const bool is_unix = peer().scheme == Url::Scheme::unix_socket;
    doing_ = fmt::format("{}{}: connect", proxy() != nullptr ? "proxy " : "",
                         is_unix ? peer().host : peer().host_header());
    addresses_ = std::move(addresses);
    try_next_address();
  }

  /// Begins with the next address, and with the one after it a while later or once this has failed.
  void try_next_address() {
    stagger_.cancel();
    if (next_address_ == addresses_.size()) {
      if (!attempts_.empty()) return;
      forget_name();
      return fail(doing_ + ": " + connect_error_);
    }
    const SocketAddress& address = addresses_[next_address_++];
    const auto socket = std::make_shared<AsioSocket>(strand_);
    AsioError error;
    socket->open(AsioProtocol(address.family(), 0), error);
    AsioError ignored;  // A Unix socket has no such thing.
    socket->set_option(asio::ip::tcp::no_delay(true), ignored);
    socket->set_option(asio::socket_base::keep_alive(true), ignored);
    // A peer that vanished is noticed within a minute, also by who only waits for events.
    socket->set_option(KeepAliveAfter(30), ignored);
    socket->set_option(KeepAliveEvery(10), ignored);
    socket->set_option(KeepAliveTries(3), ignored);
    attempts_.push_back(socket);
    if (error) return on_connected(socket, error);
    socket->async_connect(AsioProtocol::endpoint(address.data(), address.size),
                          [self = shared_from_this(), socket](const AsioError& result) {
                            self->on_connected(socket, result);
                          });
    if (next_address_ == addresses_.size()) return;
    stagger_.expires_after(kConnectStagger);
    stagger_.async_wait([self = shared_from_this()](const AsioError& cancelled) {
      if (!cancelled && !self->is_over_ && !self->stream_) self->try_next_address();
    });
  }

  void on_connected(const std::shared_ptr<AsioSocket>& socket, const AsioError& error) {
    std::erase(attempts_, socket);
    if (is_over_ || stream_) return;
    if (error) {
      connect_error_ = error.message();
      return try_next_address();
    }
    stagger_.cancel();
    attempts_.clear();
    stream_ = std::make_shared<PlainAsioStream>(std::move(*socket));
    if (needs_tunnel()) return ask_for_tunnel();
    peer().scheme == Url::Scheme::https ? start_tls(peer()) : exchange();
  }

  void ask_for_tunnel() {
    const std::string authority = authority_of(server());
    doing_ = fmt::format("proxy {}: CONNECT {}", peer().host_header(), authority);
    auto head = request_head({"CONNECT", authority, shared_->options.proxy.connect_headers, {}},
                             server(), proxy());
    if (!head) return fail(head.error().message);
    reader_.emplace(ResponseReader::Options{.has_no_body = true});
    write(std::move(*head),
          [](AsyncExchange& self) { self.read([](AsyncExchange& done) { done.on_tunnel(); }); });
  }
  void on_tunnel() {
    Response answer = reader_->take();
    if (answer.status == 407) return finish(std::move(answer));
    if (!answer.ok()) return fail(fmt::format("{}: HTTP {}", doing_, answer.status));
    start_tls(server());
  }

  void start_tls(const Url& with) {
    doing_ = with.host_header() + ": TLS handshake";
    auto context = tls::client_context(shared_->options.tls);
    if (!context) return fail(context.error().message);
    asio::ssl::context owner(context->release());  // A session holds its context by itself.
    auto tls = std::make_shared<TlsAsioStream>(std::move(stream_->socket()), owner);
    tls::expect_peer(tls->session(), shared_->options.tls, with.host);
    stream_ = tls;
    tls->handshake([self = shared_from_this(), tls](const AsioError& error) {
      if (self->is_over_) return;
      if (!error) return self->exchange();
      const long verdict = ::SSL_get_verify_result(tls->session());
      self->fail(
          self->doing_ + ": " +
          (verdict == X509_V_OK ? error.message() : ::X509_verify_cert_error_string(verdict)));
    });
  }

  /// The request, and beside it the answer: a server may answer and close before it has read all.
  void exchange() {
    doing_ = "receive";
    got_any_ = false;
    reader_.emplace(ResponseReader::Options{.has_no_body = request_.method == "HEAD",
                                            .body_bytes_max = shared_->options.body_bytes_max,
                                            .cuts_body = shared_->options.cuts_body,
                                            .on_data = on_data_ ? &on_data_ : nullptr});
    write(head_ + body_, nullptr);
    read([](AsyncExchange& self) { self.on_answer(); });
  }
  void on_answer() {
    if (reader_->is_reusable() && out_->written == out_->bytes.size())
      shared_->keep(std::move(stream_), std::move(tls_stamp_));
    finish(reader_->take());
  }

  using Next = void (*)(AsyncExchange&);

  void write(std::string bytes, Next next) {
    out_ = std::make_shared<Output>(Output{std::move(bytes), 0});
    write_some(stream_, out_, next);
  }
  void write_some(const std::shared_ptr<AsioStream>& stream, const std::shared_ptr<Output>& out,
                  Next next) {
    stream->write_some(
        out->bytes.data() + out->written, out->bytes.size() - out->written,
        [self = shared_from_this(), stream, out, next](const AsioError& error, size_t bytes) {
          // An error of writing: the answer, or the end of reading, says more.
          if (self->is_over_ || error) return;
          out->written += bytes;
          if (out->written < out->bytes.size()) return self->write_some(stream, out, next);
          if (next != nullptr) next(*self);
        });
  }

  void read(Next next) {
    if (is_paused_) {
      paused_next_ = next;
      return;
    }
    stream_->read_some([self = shared_from_this(), stream = stream_, next](const AsioError& error,
                                                                           std::string_view bytes) {
      if (!self->is_over_) self->on_read(error, bytes, next);
    });
  }
  void on_read(const AsioError& error, std::string_view bytes, Next next) {
    if (error) {
      const bool is_end = error == asio::error::eof || error == asio::ssl::error::stream_truncated;
      if (!got_any_ && is_kept_) return again();
      if (!is_end) return fail(doing_ + ": " + error.message());
      if (!reader_->has_head()) return fail(doing_ + ": the peer closed the connection");
      if (auto finished = reader_->finish(); !finished) return fail(finished.error().message);
      return next(*this);
    }
    got_any_ = true;
    const auto fed = reader_->feed(bytes);
    if (!fed) return fail(fed.error().message);
    if (reader_->is_done()) return next(*this);
    if (on_data_ && reader_->has_head()) deadline_.cancel();
    read(next);
  }

  /// The kept connection was closed before it gave an answer.
  void again() {
    is_kept_ = false;
    AsioError ignored;
    stream_->socket().close(ignored);  // Part of the request may be on its way still.
    stream_.reset();
    look_up();
  }

  void fail(std::string message) { finish(base::fail("{}", message)); }
  void finish(base::Result<Response> result) {
    if (std::exchange(is_over_, true)) return;
    deadline_.cancel();
    stagger_.cancel();
    AsioError ignored;
    for (const auto& attempt : attempts_) attempt->close(ignored);
    if (stream_) stream_->socket().close(ignored);
    on_data_ = nullptr;  // Both may own who holds this call.
    const auto on_done = std::exchange(on_done_, nullptr);
    on_done(std::move(result));
  }

  const Shared shared_;
  const std::string body_;
  Request request_;
  OnData on_data_;
  AsyncClient::OnDone on_done_;
  std::string tls_stamp_;
  std::shared_ptr<AsioStream> stream_;
  const asio::any_io_executor strand_;
  asio::steady_timer deadline_;
  asio::steady_timer stagger_;

  std::string doing_;  ///< what a timeout interrupts
  std::string head_;
  Addresses addresses_;
  size_t next_address_ = 0;
  std::vector<std::shared_ptr<AsioSocket>> attempts_;
  std::string connect_error_ = "no address";
  std::shared_ptr<Output> out_;
  std::optional<ResponseReader> reader_;
  std::atomic<bool> is_paused_{false};
  Next paused_next_ = nullptr;  ///< what a pause keeps from being read
  bool is_kept_ = false;
  bool got_any_ = false;
  bool is_over_ = false;
};

AsyncClient::AsyncClient(Loop& loop, Url server, Client::Options options)
    : shared_(std::make_shared<Shared>(loop, std::move(server), std::move(options))) {}

AsyncClient::~AsyncClient() = default;

std::shared_ptr<AsyncCall> AsyncClient::send(Request request, std::chrono::milliseconds timeout,
                                             OnDone on_done) {
  return stream(std::move(request), timeout, nullptr, std::move(on_done));
}

std::shared_ptr<AsyncCall> AsyncClient::stream(Request request, std::chrono::milliseconds timeout,
                                               OnData on_data, OnDone on_done) {
  auto call = std::make_shared<AsyncExchange>(shared_, std::move(request), timeout,
                                              std::move(on_data), std::move(on_done));
  call->start();
  return call;
}

}  // namespace io::http
