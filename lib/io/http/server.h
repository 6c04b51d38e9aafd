#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "io/http/message.h"
#include "io/tls/options.h"

namespace io::http {

/// Answers a request; status 0 closes the connection without an answer. Runs on one of the server's
/// threads and must not throw. With one thread (the default) a handler that blocks holds up
/// everybody; with N threads, N handlers may block.
using Handler = std::function<Response(const Request&)>;

/// Answers one request, at any time and from any thread; the first answer counts. One that nobody
/// answers within Options::answer_timeout gets the late_answer.
using Reply = std::function<void(const Response& response)>;

/// Takes a request whose answer may come later. It owns the body; request.body is empty. What holds
/// for a Handler holds for it, but connections wait for their answers without a thread.
using DeferredHandler = std::function<void(const Request& request, std::string body, Reply reply)>;

/// An HTTP/1.1 server with keep-alive on its own threads. Serves from listen() until stop().
class Server {
 public:
  struct Options {
    int threads = 1;
    size_t body_bytes_max = size_t{64} << 20;  ///< a longer body is answered 413
    /// Of all bodies that are being received; while there are more, the next one to grow is
    /// answered 503 with Retry-After.
    size_t bodies_bytes_max = size_t{256} << 20;
    uint32_t header_bytes_max = 16 << 10;  ///< a longer head is answered 431
    /// At this number a new connection replaces the one that has waited for a request for longest;
    /// while all are being served it is answered 503.
    int connections_max = 512;
    std::chrono::seconds idle_timeout{120};    ///< of a kept connection, and of a slow reader
    std::chrono::seconds request_timeout{30};  ///< from its first byte to its last
    bool keep_alive = true;                    ///< connections take more than one request
    std::chrono::seconds answer_timeout{60};   ///< of a DeferredHandler
    Response late_answer{503, {}, {}};
    std::optional<tls::Options> tls;  ///< with a CA: clients must show its certificate
  };

  /// Binds to "host:port" (":port" is every address, port 0 any free one) or unix:///path (a socket
  /// file left over there is replaced) and begins to serve.
  static base::Result<std::unique_ptr<Server>> listen(std::string_view address, Options options,
                                                      DeferredHandler handler);
  static base::Result<std::unique_ptr<Server>> listen(std::string_view address, Options options,
                                                      Handler handler);
  static base::Result<std::unique_ptr<Server>> listen(std::string_view address, Handler handler) {
    return listen(address, Options(), std::move(handler));
  }
  ~Server();  ///< stops
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  static constexpr std::chrono::milliseconds kStopPatience{250};

  /// "127.0.0.1:41234": what is bound, with the real port; unix:///path as given.
  const std::string& address() const;

  /// Closes the listener and all connections; returns when running handlers have. Requests that
  /// wait for a DeferredHandler's answer get the late_answer, in kStopPatience. Idempotent.
  void stop();

 private:
  struct State;
  static base::Result<std::unique_ptr<Server>> serve(std::string_view address, Options options,
                                                     std::unique_ptr<State> state);
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace io::http
