#include "io/http/connection.h"

#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>
#include <utility>

#include "io/http/framing.h"
#include "io/tls/context.h"

namespace io::http {
namespace {

class PlainConnection final : public Connection {
 public:
  explicit PlainConnection(base::Descriptor fd) : Connection(std::move(fd)) {}
  /// The socket, for another layer on it.
  base::Descriptor release() { return std::move(fd_); }

  base::Result<void> write(std::string_view head, std::string_view body,
                           const Wait& wait) override {
    while (!head.empty() || !body.empty()) {
      iovec pieces[2] = {{const_cast<char*>(head.data()), head.size()},
                         {const_cast<char*>(body.data()), body.size()}};
      msghdr message{};
      message.msg_iov = pieces;
      message.msg_iovlen = 2;
      const ssize_t sent = ::sendmsg(fd_.get(), &message, MSG_NOSIGNAL);
      if (sent < 0) {
        if (errno != EAGAIN && errno != EINTR) return base::fail_errno("send", errno);
        if (auto ready = wait.ready(fd_.get(), POLLOUT); !ready)
          return base::in_context("send", ready.error());
        continue;
      }
      const size_t of_head = std::min(head.size(), static_cast<size_t>(sent));
      head.remove_prefix(of_head);
      body.remove_prefix(static_cast<size_t>(sent) - of_head);
    }
    return {};
  }

  base::Result<size_t> read(char* to, size_t size, const Wait& wait) override {
    if (auto live = wait.check(); !live) return base::in_context("receive", live.error());
    for (;;) {
      const ssize_t got = ::recv(fd_.get(), to, size, 0);
      if (got >= 0) return static_cast<size_t>(got);
      if (errno != EAGAIN && errno != EINTR) return base::fail_errno("receive", errno);
      if (auto ready = wait.ready(fd_.get(), POLLIN); !ready)
        return base::in_context("receive", ready.error());
    }
  }
};

class TlsConnection final : public Connection {
 public:
  TlsConnection(base::Descriptor fd, tls::Context context)
      : Connection(std::move(fd)), context_(std::move(context)) {}

  base::Result<void> handshake(const tls::Options& options, const std::string& name,
                               const Wait& wait) {
    auto session = tls::client_session(context_.get(), options, name, fd_.get());
    if (!session) return tl::unexpected(session.error());
    session_ = std::move(*session);
    for (;;) {
      ::ERR_clear_error();
      const int result = ::SSL_do_handshake(session_.get());
      if (result == 1) return {};
      if (auto ready = sleep(result, wait, "TLS handshake"); !ready) {
        const long verdict = ::SSL_get_verify_result(session_.get());
        if (verdict == X509_V_OK) return ready;
        return base::fail("TLS handshake: {}", ::X509_verify_cert_error_string(verdict));
      }
    }
  }

  base::Result<void> write(std::string_view head, std::string_view body,
                           const Wait& wait) override {
    for (std::string_view piece : {head, body}) {
      while (!piece.empty()) {
        size_t sent = 0;
        ::ERR_clear_error();
        const int result = ::SSL_write_ex(session_.get(), piece.data(), piece.size(), &sent);
        if (result == 1) {
          piece.remove_prefix(sent);
        } else if (auto ready = sleep(result, wait, "send"); !ready) {
          return ready;
        }
      }
    }
    return {};
  }

  base::Result<size_t> read(char* to, size_t size, const Wait& wait) override {
    if (auto live = wait.check(); !live) return base::in_context("receive", live.error());
    for (;;) {
      size_t got = 0;
      ::ERR_clear_error();
      const int result = ::SSL_read_ex(session_.get(), to, size, &got);
      if (result == 1) return got;
      if (::SSL_get_error(session_.get(), result) == SSL_ERROR_ZERO_RETURN) return 0;
      if (auto ready = sleep(result, wait, "receive"); !ready) return tl::unexpected(ready.error());
    }
  }

 private:
  /// Waits for what OpenSSL wants next; an error when it wants nothing but to fail.
  base::Result<void> sleep(int result, const Wait& wait, std::string_view what) {
    const int saved_errno = errno;
    const int want = ::SSL_get_error(session_.get(), result);
    if (want == SSL_ERROR_WANT_READ || want == SSL_ERROR_WANT_WRITE) {
      auto ready = wait.ready(fd_.get(), want == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT);
      if (!ready) return base::in_context(what, ready.error());
      return {};
    }
    if (want == SSL_ERROR_SYSCALL && saved_errno != 0) return base::fail_errno(what, saved_errno);
    return tls::openssl_error(what);
  }

  tls::Context context_;
  tls::Session session_;
};

base::Result<std::unique_ptr<Connection>> with_tls(base::Descriptor socket, const Url& server,
                                                   const tls::Options& tls, const Wait& wait) {
  auto context = tls::client_context(tls);
  if (!context) return tl::unexpected(context.error());
  auto connection = std::make_unique<TlsConnection>(std::move(socket), std::move(*context));
  if (auto shaken = connection->handshake(tls, server.host, wait); !shaken)
    return base::in_context(server.host_header(), shaken.error());
  return connection;
}

/// Asks a proxy for a tunnel to the server.
base::Result<Response> ask_for_tunnel(Connection& connection, const Url& server,
                                      const ProxyOptions& proxies, const Wait& wait) {
  const Request request{"CONNECT", authority_of(server), proxies.connect_headers, {}};
  const auto head = request_head(request, server, proxy_for(proxies, server));
  if (!head) return tl::unexpected(head.error());
  if (auto written = connection.write(*head, {}, wait); !written)
    return tl::unexpected(written.error());
  ResponseReader reader({.has_no_body = true});
  char buffer[4096];
  while (!reader.is_done()) {
    const auto got = connection.read(buffer, sizeof buffer, wait);
    if (!got) return tl::unexpected(got.error());
    if (*got == 0) return base::fail("the proxy closed the connection");
    if (auto fed = reader.feed({buffer, *got}); !fed) return tl::unexpected(fed.error());
  }
  return reader.take();
}

base::Result<Connection::Opened> tunnel(base::Descriptor socket, const Url& server,
                                        const tls::Options& tls, const ProxyOptions& proxies,
                                        const Wait& wait) {
  PlainConnection plain(std::move(socket));
  auto answer = ask_for_tunnel(plain, server, proxies, wait);
  const std::string what = "CONNECT " + authority_of(server);
  if (!answer) return base::in_context(what, answer.error());
  if (answer->status == 407) return Connection::Opened{nullptr, std::move(*answer)};
  if (!answer->ok()) return base::fail("{}: the proxy answers HTTP {}", what, answer->status);
  auto connection = with_tls(plain.release(), server, tls, wait);
  if (!connection) return tl::unexpected(connection.error());
  return Connection::Opened{std::move(*connection), std::nullopt};
}

}  // namespace

base::Result<Connection::Opened> Connection::open(const Url& server, const tls::Options& tls,
                                                  const ProxyOptions& proxies, const Wait& wait,
                                                  std::optional<SocketAddress>& worked) {
  const Url* proxy = proxy_for(proxies, server);
  const Url& peer = proxy != nullptr ? *proxy : server;
  const bool needs_tunnel = proxy != nullptr && server.scheme == Url::Scheme::https;
  if (needs_tunnel && proxy->scheme == Url::Scheme::https)
    return base::fail("proxy {}: an https:// server needs a proxy at an http:// URL",
                      proxy->host_header());
  auto socket = connect_to(peer, wait, worked);
  auto opened = [&]() -> base::Result<Opened> {
    if (!socket) return tl::unexpected(socket.error());
    if (needs_tunnel) return tunnel(std::move(*socket), server, tls, proxies, wait);
    if (peer.scheme != Url::Scheme::https)
      return Opened{std::make_unique<PlainConnection>(std::move(*socket)), std::nullopt};
    auto connection = with_tls(std::move(*socket), peer, tls, wait);
    if (!connection) return tl::unexpected(connection.error());
    return Opened{std::move(*connection), std::nullopt};
  }();
  if (opened || proxy == nullptr) return opened;
  // An error of connecting names the host already.
  return base::in_context(socket ? "proxy " + peer.host_header() : "proxy", opened.error());
}

}  // namespace io::http
