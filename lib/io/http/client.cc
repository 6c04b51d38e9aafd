#include "io/http/client.h"

#include <algorithm>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <iterator>
#include <optional>
#include <vector>

#include "io/http/connection.h"

namespace io::http {
namespace {

namespace beast = boost::beast;

constexpr uint32_t kHeaderBytesMax = 64 << 10;
constexpr size_t kBufferBytes = 16 << 10;  // At first; a long header makes it grow.

/// Where the pieces of an answer's body go.
struct Sink {
  const Client::OnData* on_data = nullptr;  ///< for 2xx, when streaming
  size_t text_bytes_max = 0;
  std::string text;      ///< otherwise
  bool is_ok = false;    ///< the answer's status is 2xx
  bool stopped = false;  ///< on_data has had enough
};

/// A Beast body that passes each decoded piece to a Sink.
struct SinkBody {
  using value_type = Sink*;
  struct reader {
    template <bool is_request, class Fields>
    reader(beast::http::header<is_request, Fields>&, value_type& sink) : sink_(sink) {}
    void init(const boost::optional<uint64_t>&, beast::error_code& error) { error = {}; }
    template <class Buffers>
    size_t put(const Buffers& buffers, beast::error_code& error) {
      error = {};
      size_t total = 0;
      for (const auto& buffer : boost::beast::buffers_range(buffers)) {
        const std::string_view piece(static_cast<const char*>(buffer.data()), buffer.size());
        total += piece.size();
        if (sink_->text.size() + piece.size() > sink_->text_bytes_max) {
          error = beast::http::error::body_limit;
        } else if (sink_->on_data == nullptr || !sink_->is_ok) {
          sink_->text += piece;
        } else if (!sink_->stopped && !piece.empty() && !(*sink_->on_data)(piece)) {
          sink_->stopped = true;
        }
      }
      return total;
    }
    void finish(beast::error_code& error) { error = {}; }

    value_type& sink_;  // Set after the reader is made.
  };
};
using Parser = beast::http::response_parser<SinkBody>;

bool is_line(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

/// Request line and headers; an error when something in them would break the framing.
base::Result<std::string> head_of(const Request& request, const Url& server) {
  std::string head = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n", request.method, request.target,
                                 server.host_header());
  if (!is_line(request.target)) return base::fail("line break in the request's target");
  for (const auto& [name, value] : request.headers) {
    if (!is_line(name) || !is_line(value)) return base::fail("line break in header {}", name);
    fmt::format_to(std::back_inserter(head), "{}: {}\r\n", name, value);
  }
  if (!server.authorization.empty() && find(request.headers, "Authorization").empty())
    fmt::format_to(std::back_inserter(head), "Authorization: {}\r\n", server.authorization);
  if (!request.body.empty() || request.method != "GET")
    fmt::format_to(std::back_inserter(head), "Content-Length: {}\r\n", request.body.size());
  return head + "\r\n";
}

Response response_of(Parser& parser, Sink& sink) {
  Response response;
  response.status = static_cast<int>(parser.get().result_int());
  for (const auto& field : parser.get())
    response.headers.push_back({std::string(field.name_string()), std::string(field.value())});
  response.body = std::move(sink.text);
  return response;
}

}  // namespace

struct Client::State {
  Url server;
  Options options;
  std::unique_ptr<Connection> connection;
  Wait::Clock::time_point used;         ///< when the kept connection was last in use
  std::optional<SocketAddress> worked;  ///< the server's address at the last success
  std::vector<char> buffer;

  base::Result<Response> call(const Request& request, const OnData* on_data, Wait& wait);
  base::Result<Response> receive(const Request& request, const OnData* on_data, Wait& wait,
                                 bool& got_any);
};

/// One try on a new connection, or one on the kept connection and then one on a new one.
base::Result<Response> Client::State::call(const Request& request, const OnData* on_data,
                                           Wait& wait) {
  const auto head = head_of(request, server);
  if (!head) return tl::unexpected(head.error());
  if (Wait::Clock::now() - used > options.keep_alive) connection.reset();
  for (;;) {
    const bool is_kept = connection != nullptr;
    if (!is_kept) {
      auto opened = Connection::open(server, options.tls, wait, worked);
      if (!opened) return tl::unexpected(opened.error());
      connection = std::move(*opened);
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

/// Reads one answer. Leaves the connection open only when it may be used again.
base::Result<Response> Client::State::receive(const Request& request, const OnData* on_data,
                                              Wait& wait, bool& got_any) {
  Sink sink{on_data, options.body_bytes_max, {}, false, false};
  std::optional<Parser> parser;
  const auto begin = [&] {
    parser.emplace();
    parser->get().body() = &sink;
    parser->skip(request.method == "HEAD");
    parser->header_limit(kHeaderBytesMax);
    parser->body_limit(boost::none);  // The sink has the bound.
  };
  begin();
  size_t filled = 0;
  while (!parser->is_done()) {
    if (filled == buffer.size()) {
      if (filled >= kHeaderBytesMax) return base::fail("receive: header too long");
      buffer.resize(std::max(kBufferBytes, std::min<size_t>(2 * filled, kHeaderBytesMax)));
    }
    const auto got = connection->read(buffer.data() + filled, buffer.size() - filled, wait);
    if (!got) return tl::unexpected(got.error());
    got_any = got_any || *got > 0;
    beast::error_code error;
    if (*got == 0) {
      if (!got_any) return base::fail("receive: the peer closed the connection");
      parser->put_eof(error);
      if (error) return base::fail("receive: the peer closed the connection in mid-answer");
      break;
    }
    filled += *got;
    size_t parsed = 0;
    do {
      parsed = parser->put(boost::asio::buffer(buffer.data(), filled), error);
      std::copy(buffer.data() + parsed, buffer.data() + filled, buffer.data());
      filled -= parsed;
      if (sink.stopped) break;
      if (parser->is_header_done() && !parser->is_done()) {
        sink.is_ok = parser->get().result_int() / 100 == 2;
        parser->eager(true);
      }
      const bool is_interim = parser->is_header_done() && parser->get().result_int() / 100 == 1;
      if (is_interim) begin();
    } while (!error && filled > 0 && !parser->is_done() && parsed > 0);
    if (error && error != beast::http::error::need_more)
      return base::fail("receive: {}", error.message());
    if (on_data != nullptr && parser->is_header_done()) wait.forget_time();
    if (sink.stopped) break;
  }
  const bool is_reusable = parser->is_done() && parser->keep_alive() && filled == 0;
  if (!is_reusable || sink.stopped) connection.reset();
  return response_of(*parser, sink);
}

Client::Client(Url server, Options options)
    : state_(new State{std::move(server), std::move(options), nullptr, {}, {}, {}}) {}

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
