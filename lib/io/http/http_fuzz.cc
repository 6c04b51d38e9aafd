#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/ensure.h"
#include "io/http/framing.h"
#include "io/http/url.h"

namespace {

constexpr size_t kBodyBytesMax = 64;

/// One answer that comes in pieces of `step`; "" when it is none.
std::string read_answer(std::string_view bytes, size_t step, bool has_no_body, bool is_streamed) {
  std::string streamed;
  const io::http::OnData on_data = [&](std::string_view piece) {
    streamed += piece;
    return streamed.size() < 4 * kBodyBytesMax;
  };
  io::http::ResponseReader reader({.has_no_body = has_no_body,
                                   .body_bytes_max = kBodyBytesMax,
                                   .cuts_body = has_no_body,
                                   .on_data = is_streamed ? &on_data : nullptr});
  while (!bytes.empty() && !reader.is_done()) {
    const std::string_view piece = bytes.substr(0, step);
    bytes.remove_prefix(piece.size());
    if (!reader.feed(piece)) return "";
  }
  if (!reader.is_done() && !reader.finish()) return "";
  ENSURE(reader.has_head());
  const io::http::Response response = reader.take();
  ENSURE(response.body.size() <= kBodyBytesMax);
  return std::to_string(response.status) + response.body + streamed;
}

}  // namespace

/// The first byte chooses how much comes at a time and what is asked for; the rest is what a server
/// answers, the same however it comes. It is an URL, a date and the target of a request, too.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  const bool has_no_body = data[0] & 64, is_streamed = data[0] & 128;
  const std::string whole = read_answer(text, text.size() + 1, has_no_body, is_streamed);
  const std::string pieces = read_answer(text, 1 + data[0] % 32, has_no_body, is_streamed);
  if (!is_streamed) ENSURE(whole == pieces);
  (void)io::http::parse_url(text);
  (void)io::http::parse_listen_address(text);
  (void)io::http::parse_date(text);
  const io::http::Request request{.target = std::string(text)};
  ENSURE(request.path().size() <= text.size());
  (void)request.query("name");
  return 0;
}
