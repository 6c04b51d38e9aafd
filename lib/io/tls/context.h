#pragma once
#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "base/result.h"
#include "io/tls/options.h"

namespace io::tls {

struct OpensslDelete {
  void operator()(SSL_CTX* context) const { ::SSL_CTX_free(context); }
  void operator()(SSL* session) const { ::SSL_free(session); }
};
using Context = std::unique_ptr<SSL_CTX, OpensslDelete>;
using Session = std::unique_ptr<SSL, OpensslDelete>;

/// With the certificates and keys that the options name. Equal options share one context until a
/// file has changed, as reading all authorities of the system takes longer than a handshake.
/// Thread safe.
base::Result<Context> client_context(const Options& options);

/// Names the present content of the files that the options name, by time and size: another text
/// means that one of them was replaced.
std::string file_stamp(const Options& options);

/// A session of a client that sends and verifies `name` (a host name or an address), over a
/// connected non-blocking socket, which stays the caller's. A broken peer raises no SIGPIPE.
base::Result<Session> client_session(SSL_CTX* context, const Options& options,
                                     const std::string& name, int fd);

/// Makes a session send and verify `name`, or the name of the options.
void expect_peer(SSL* session, const Options& options, const std::string& name);

/// For a listener: certificate and key are needed; with a CA, clients must show a certificate that
/// it signed.
base::Result<Context> server_context(const Options& options);

/// A session of a server over an accepted non-blocking socket, which stays the caller's.
base::Result<Session> server_session(SSL_CTX* context, int fd);

/// The library's oldest queued error as text, after `what`; empties the queue.
tl::unexpected<base::Error> openssl_error(std::string_view what);

}  // namespace io::tls
