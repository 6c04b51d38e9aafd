#include "io/http/client.h"

#include <optional>
#include <utility>
#include <vector>

#include "io/http/connection.h"
#include "io/tls/context.h"

namespace io::http {

struct Client::State {
  static constexpr size_t kBufferBytes = 16 << 10;

  Url server;
  Options options;
  std::unique_ptr<Connection> connection;
  Wait::Clock::time_point used;         ///< when the kept connection was last in use
  std::string tls_stamp;                ///< of the files that it was made with
  std::optional<SocketAddress> worked;  ///< the peer's address at the last success
  std::vector<char> buffer;

  base::Result<Response> call(const Request& request, const OnData* on_data, Wait& wait);
  base::Result<std::optional<Response>> connect(const Wait& wait);
  base::Result<Response> receive(const Request& request, const OnData* on_data, Wait& wait,
                                 bool& got_any);
};

/// One try on a new connection, or one on the kept connection and then one on a new one.
base::Result<Response> Client::State::call(const Request& request, const OnData* on_data,
                                           Wait& wait) {
  const bool is_forwarded = server.scheme == Url::Scheme::http;
  const auto head =
      request_head(request, server, is_forwarded ? proxy_for(options.proxy, server) : nullptr);
  if (!head) return tl::unexpected(head.error());
  const bool is_too_old = Wait::Clock::now() - used > options.keep_alive;
  if (is_too_old || tls::file_stamp(options.tls) != tls_stamp) connection.reset();
  for (;;) {
    const bool is_kept = connection != nullptr;
    if (!is_kept) {
      auto refused = connect(wait);
      if (!refused) return tl::unexpected(refused.error());
      if (*refused) return std::move(**refused);
    }
    bool got_any = false;
    const auto written = connection->write(*head, request.body, wait);
    // A server may answer and close before it has read the whole request: too large, not allowed.
    auto response = receive(request, on_data, wait, got_any);
    if (!written) {
      connection.reset();
      if (!response) response = tl::unexpected(written.error());
    }
    used = Wait::Clock::now();
    if (response) return response;
    connection.reset();
    if (!is_kept || got_any || wait.over()) return response;
  }
}

/// Makes `connection`, or tells what the proxy answers.
base::Result<std::optional<Response>> Client::State::connect(const Wait& wait) {
  tls_stamp = tls::file_stamp(options.tls);
  auto opened = Connection::open(server, options.tls, options.proxy, wait, worked);
  if (!opened) return tl::unexpected(opened.error());
  connection = std::move(opened->connection);
  return std::move(opened->refusal);
}

/// Reads one answer. Leaves the connection open only when it may be used again.
base::Result<Response> Client::State::receive(const Request& request, const OnData* on_data,
                                              Wait& wait, bool& got_any) {
  ResponseReader reader({.has_no_body = request.method == "HEAD",
                         .body_bytes_max = options.body_bytes_max,
                         .cuts_body = options.cuts_body,
                         .on_data = on_data});
  buffer.resize(kBufferBytes);
  while (!reader.is_done()) {
    const auto got = connection->read(buffer.data(), buffer.size(), wait);
    if (!got) return tl::unexpected(got.error());
    if (*got == 0) {
      if (!got_any) return base::fail("receive: the peer closed the connection");
      if (auto finished = reader.finish(); !finished) return tl::unexpected(finished.error());
      break;
    }
    got_any = true;
    if (auto fed = reader.feed({buffer.data(), *got}); !fed) return tl::unexpected(fed.error());
    if (on_data != nullptr && reader.has_head()) wait.forget_time();
  }
  if (!reader.is_reusable()) connection.reset();
  return reader.take();
}

Client::Client(Url server, Options options)
    : state_(new State{std::move(server), std::move(options), nullptr, {}, {}, {}, {}}) {}

Client::~Client() = default;

base::Result<Response> Client::send(const Request& request, std::chrono::milliseconds timeout,
                                    std::stop_token stop) {
  Wait wait(Wait::Clock::now() + timeout, std::move(stop));
  return state_->call(request, nullptr, wait);
}

base::Result<Response> Client::stream(const Request& request, std::chrono::milliseconds timeout,
                                      const OnData& on_data, std::stop_token stop) {
  Wait wait(Wait::Clock::now() + timeout, std::move(stop));
  return state_->call(request, &on_data, wait);
}

void Client::disconnect() {
  state_->connection.reset();
}

}  // namespace io::http
