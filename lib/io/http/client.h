#pragma once
#include <chrono>
#include <memory>
#include <stop_token>

#include "base/result.h"
#include "io/http/framing.h"
#include "io/http/message.h"
#include "io/http/proxy.h"
#include "io/http/url.h"
#include "io/tls/options.h"

namespace io::http {

/// A blocking HTTP/1.1 client with one keep-alive connection, made on first use and again after an
/// error. For one thread at a time. A stop request ends a call at once with an error.
///
/// A kept connection that the server has closed in the meantime is replaced, once and silently,
/// when not one byte of an answer has come on it.
class Client {
 public:
  struct Options {
    tls::Options tls;
    ProxyOptions proxy;
    size_t body_bytes_max = size_t{64} << 20;     ///< a longer answer is an error
    bool cuts_body = false;                       ///< no error: the rest is not read
    std::chrono::milliseconds keep_alive{60000};  ///< an older idle connection is not used again
  };

  /// No I/O happens here. Only scheme, host and port of the URL count.
  explicit Client(Url server) : Client(std::move(server), Options()) {}
  Client(Url server, Options options);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Sends and waits for the whole answer. `timeout` bounds the call from resolving the name to the
  /// last byte. An answer of any status is a Response, a proxy's demand for a login (407) as well;
  /// errors are the transport's.
  base::Result<Response> send(const Request& request, std::chrono::milliseconds timeout,
                              std::stop_token stop);

  /// Hands the body of a 2xx answer over as it arrives, for bodies without end, and returns when
  /// the server ends it, `on_data` says false (a Response) or `stop` is requested (an error).
  /// `timeout` bounds the time to the head of the answer; silence after that may last for ever.
  /// The body of any other status is returned in the Response instead.
  base::Result<Response> stream(const Request& request, std::chrono::milliseconds timeout,
                                const OnData& on_data, std::stop_token stop);

  /// Closes the connection; the next call makes a new one.
  void disconnect();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace io::http
