#include "io/http/framing.h"

#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <iterator>
#include <optional>
#include <utility>

namespace io::http {

namespace beast = boost::beast;

/// Where the pieces of an answer's body go.
struct BodySink {
  const OnData* on_data = nullptr;  ///< for 2xx, when streaming
  size_t text_bytes_max = 0;
  bool cuts_text = false;
  std::string text;      ///< otherwise
  bool is_ok = false;    ///< the answer's status is 2xx
  bool stopped = false;  ///< on_data has had enough, or the text is full
};

/// A Beast body that passes each decoded piece to a BodySink.
struct SinkBody {
  using value_type = BodySink*;
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
        const bool is_kept = sink_->on_data == nullptr || !sink_->is_ok;
        const size_t room = sink_->text_bytes_max - sink_->text.size();
        if (piece.size() > room && is_kept && sink_->cuts_text) {
          sink_->text += piece.substr(0, room);
          sink_->stopped = true;
        } else if (piece.size() > room) {
          error = beast::http::error::body_limit;
        } else if (is_kept) {
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
using AnswerParser = beast::http::response_parser<SinkBody>;

namespace {

constexpr uint32_t kHeaderBytesMax = 64 << 10;

bool is_line(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

}  // namespace

base::Result<std::string> request_head(const Request& request, const Url& server,
                                       const Url* proxy) {
  if (!is_line(request.target)) return base::fail("line break in the request's target");
  const bool is_tunnel = request.method == "CONNECT";
  const std::string host = is_tunnel ? request.target : server.host_header();
  const std::string origin = proxy != nullptr && !is_tunnel ? "http://" + host : std::string();
  std::string head =
      fmt::format("{} {}{} HTTP/1.1\r\nHost: {}\r\n", request.method, origin, request.target, host);
  for (const auto& [name, value] : request.headers) {
    if (!is_line(name) || !is_line(value)) return base::fail("line break in header {}", name);
    fmt::format_to(std::back_inserter(head), "{}: {}\r\n", name, value);
  }
  if (!is_tunnel && !server.authorization.empty() && find(request.headers, "Authorization").empty())
    fmt::format_to(std::back_inserter(head), "Authorization: {}\r\n", server.authorization);
  if (proxy != nullptr && !proxy->authorization.empty())
    fmt::format_to(std::back_inserter(head), "Proxy-Authorization: {}\r\n", proxy->authorization);
  if (!request.body.empty() || (request.method != "GET" && !is_tunnel))
    fmt::format_to(std::back_inserter(head), "Content-Length: {}\r\n", request.body.size());
  return head + "\r\n";
}

std::string authority_of(const Url& server) {
  const bool is_v6 = server.host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", is_v6 ? "[" : "", server.host, is_v6 ? "]" : "", server.port);
}

struct ResponseReader::State {
  Options options;
  BodySink sink;
  std::optional<AnswerParser> parser;
  std::string pending;  ///< bytes that the parser wants to see again, with more after them

  void begin() {
    parser.emplace();
    parser->get().body() = &sink;
    parser->skip(options.has_no_body);
    parser->header_limit(kHeaderBytesMax);
    parser->body_limit(boost::none);  // The sink has the bound.
  }
  base::Result<size_t> parse(std::string_view bytes);
};

/// How many of the bytes were used.
base::Result<size_t> ResponseReader::State::parse(std::string_view bytes) {
  size_t used = 0;
  while (used < bytes.size() && !parser->is_done() && !sink.stopped) {
    beast::error_code error;
    const size_t step =
        parser->put(boost::asio::buffer(bytes.data() + used, bytes.size() - used), error);
    used += step;
    if (error && error != beast::http::error::need_more)
      return base::fail("receive: {}", error.message());
    if (parser->is_header_done() && !parser->is_done()) {
      sink.is_ok = parser->get().result_int() / 100 == 2;
      parser->eager(true);
    }
    const bool is_interim = parser->is_header_done() && parser->get().result_int() / 100 == 1;
    if (is_interim) begin();
    if (error || step == 0) break;
  }
  return used;
}

ResponseReader::ResponseReader(const Options& options)
    : state_(new State{options,
                       {.on_data = options.on_data,
                        .text_bytes_max = options.body_bytes_max,
                        .cuts_text = options.cuts_body,
                        .text = {}},
                       {},
                       {}}) {
  state_->begin();
}

ResponseReader::~ResponseReader() = default;

base::Result<void> ResponseReader::feed(std::string_view bytes) {
  std::string& pending = state_->pending;
  const bool is_continued = !pending.empty();
  if (is_continued) pending += bytes;
  if (is_continued && has_head() && pending.size() < kLastChunkBytes) return {};
  const auto used = state_->parse(is_continued ? pending : bytes);
  if (!used) return tl::unexpected(used.error());
  if (is_continued)
    pending.erase(0, *used);
  else
    pending = bytes.substr(*used);
  return {};
}

base::Result<void> ResponseReader::finish() {
  // After an interim answer nothing may have come: that is no answer, though Beast ends it as one.
  const bool has_begun = state_->parser->got_some();
  beast::error_code error;
  if (has_begun) state_->parser->put_eof(error);
  if (error || !has_begun)
    return base::fail("receive: the peer closed the connection in mid-answer");
  return {};
}

bool ResponseReader::has_head() const {
  return state_->parser->is_header_done();
}

bool ResponseReader::is_done() const {
  return state_->parser->is_done() || state_->sink.stopped;
}

bool ResponseReader::is_reusable() const {
  return state_->parser->is_done() && !state_->sink.stopped && state_->parser->keep_alive() &&
         state_->pending.empty();
}

Response ResponseReader::take() {
  Response response;
  response.status = static_cast<int>(state_->parser->get().result_int());
  for (const auto& field : state_->parser->get())
    response.headers.push_back({std::string(field.name_string()), std::string(field.value())});
  response.body = std::move(state_->sink.text);
  return response;
}

}  // namespace io::http
