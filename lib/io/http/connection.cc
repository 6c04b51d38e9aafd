#include "io/http/connection.h"

#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>
#include <utility>

#include "io/http/tls_context.h"

namespace io::http {
namespace {

class PlainConnection final : public Connection {
 public:
  explicit PlainConnection(base::Descriptor fd) : Connection(std::move(fd)) {}

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
  TlsConnection(base::Descriptor fd, TlsContext context)
      : Connection(std::move(fd)), context_(std::move(context)) {}

  base::Result<void> handshake(const TlsOptions& options, const std::string& name,
                               const Wait& wait) {
    auto session = client_session(context_.get(), options, name, fd_.get());
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
    return tls_error(what);
  }

  TlsContext context_;
  TlsSession session_;
};

}  // namespace

base::Result<std::unique_ptr<Connection>> Connection::open(const Url& server, const TlsOptions& tls,
                                                           const Wait& wait,
                                                           std::optional<SocketAddress>& worked) {
  auto socket = connect_to(server, wait, worked);
  if (!socket) return tl::unexpected(socket.error());
  if (server.scheme != Url::Scheme::https)
    return std::make_unique<PlainConnection>(std::move(*socket));
  auto context = client_context(tls);
  if (!context) return tl::unexpected(context.error());
  auto connection = std::make_unique<TlsConnection>(std::move(*socket), std::move(*context));
  if (auto shaken = connection->handshake(tls, server.host, wait); !shaken)
    return base::in_context(server.host_header(), shaken.error());
  return connection;
}

}  // namespace io::http
