#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace io::http {

struct Header {
  std::string name;
  std::string value;
};
using Headers = std::vector<Header>;

/// The first value of a header, names compared without case; "" when there is none.
std::string_view find(const Headers& headers, std::string_view name);

/// Removes the headers of a name, in any case; whether there were some.
bool remove_header(Headers& headers, std::string_view name);
/// Sets a header in place of those of its name.
void set_header(Headers& headers, std::string_view name, std::string value);

/// What a Content-Type names, in small letters and without its parameters.
std::string media_type(std::string_view content_type);

/// The time of a header such as Date, in the one form that servers write ("Sun, 06 Nov 1994
/// 08:49:37 GMT", RFC 9110 IMF-fixdate).
std::optional<std::chrono::system_clock::time_point> parse_date(std::string_view text);

/// One request, sent or received. The body is not owned: a client's caller keeps it alive during
/// the call, a server's handler may look at it until it returns.
struct Request {
  std::string method = "GET";
  std::string target = "/";  ///< path and query, as on the wire
  Headers headers;           ///< a client adds Host and Content-Length by itself
  std::string_view body;
  std::string peer{};  ///< of a server: the client's address without the port; Unix: empty

  /// The target up to the question mark, percent signs left as they are.
  std::string_view path() const;
  /// The decoded value of a query parameter, nothing when it is not there.
  std::optional<std::string> query(std::string_view name) const;
};

struct Response {
  int status = 200;
  Headers headers;  ///< a server adds Content-Length by itself
  std::string body;

  bool ok() const { return status >= 200 && status < 300; }
};

/// A line of text.
Response text_answer(int status, std::string text);
/// 503 with Retry-After. Not 429: many senders take that for a refusal, and drop what they sent.
Response try_again(std::string text);

}  // namespace io::http
