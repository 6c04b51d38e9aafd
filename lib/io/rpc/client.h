#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "io/rpc/status.h"
#include "io/tls/options.h"

namespace io::rpc {

/// Makes unary calls with requests as bytes, one at a time. The connection is made with the first
/// call and kept; a name with several addresses is called at each in turn. For one thread.
class Client {
 public:
  struct Options {
    std::optional<tls::Options> tls;  ///< nothing: in the clear
    bool compresses = false;          ///< with gzip
    std::string authority;            ///< in place of the server's name; may be empty
    std::string user_agent;
    // Pings of a connection; 0: none.
    std::chrono::milliseconds ping_after{0}, ping_timeout{0};
    bool pings_without_calls = false;
  };
  using Metadata = std::vector<std::pair<std::string, std::string>>;

  /// `server`: host:port, or another of gRPC's names ("dns:///tempo:4317"). Fails when the
  /// certificates cannot be read.
  static base::Result<std::unique_ptr<Client>> make(const std::string& server,
                                                    const Options& options);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Blocks until the call has ended: by its answer, which is put into `response`, by the timeout
  /// or by the token. Names of metadata are in lower case.
  Status call(const std::string& method, const Metadata& metadata, std::string_view request,
              std::chrono::milliseconds timeout, const std::stop_token& stop,
              std::string& response);

 private:
  struct State;
  explicit Client(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace io::rpc
