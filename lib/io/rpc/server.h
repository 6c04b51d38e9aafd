#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "io/rpc/status.h"
#include "io/tls/options.h"

/// gRPC with requests as bytes: who takes them need not build the messages in them. The only user
/// of the library's headers, which take long to compile, are the two .cc files here.
namespace io::rpc {

/// A unary call as it came.
struct Call {
  std::string method;  ///< "/package.Service/Method"
  std::string peer;    ///< the client's address without the port; Unix: empty
  std::vector<std::pair<std::string, std::string>> metadata;
  /// The message, as compressed as it came: the library's own decompression knows no limit before
  /// it has taken the memory.
  std::string message;
};

/// Ends a call, once, from any thread.
using Finish = std::function<void(const Status& status)>;

/// Takes a call on one of the library's threads; must not block. The answer is an empty message.
using Handler = std::function<void(Call call, Finish finish)>;

/// A gRPC server on its own threads. Serves from listen() until stop().
class Server {
 public:
  struct Options {
    size_t message_bytes_max = size_t{16} << 20;  ///< of a compressed message; more is refused
    int streams_max = 1000;                       ///< calls at a time on one connection
    size_t memory_max = size_t{128} << 20;        ///< of all that is being received
    std::chrono::milliseconds ping_interval_min{5000};
    // Of connections; 0: the library's own.
    std::chrono::milliseconds idle_max{0}, age_max{0}, age_grace{0};
    std::chrono::milliseconds ping_after{0}, ping_timeout{0};
    Status at_stop{Code::unavailable, "the server stops"};  ///< for calls that wait then
    std::optional<tls::Options> tls;  ///< with a CA: clients must show its certificate
  };

  /// Binds to "host:port". Fails when the port is taken or the certificates cannot be read.
  static base::Result<std::unique_ptr<Server>> listen(std::string_view address,
                                                      const Options& options, Handler handler);
  ~Server();  ///< stops
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// "127.0.0.1:41234": what is bound, with the real port.
  const std::string& address() const;

  /// Takes no call any more, ends those that wait with Options::at_stop, and waits for that.
  /// Idempotent.
  void stop();

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace io::rpc
