#include "io/http/message.h"

#include <strings.h>
#include <time.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "io/http/url.h"

namespace io::http {
namespace {

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && ::strncasecmp(a.data(), b.data(), a.size()) == 0;
}

/// "a%20b+c" -> "a b c".
std::string query_decoded(std::string_view text) {
  std::string spaced(text);
  for (char& c : spaced)
    if (c == '+') c = ' ';
  return percent_decoded(spaced);
}

}  // namespace

std::string_view find(const Headers& headers, std::string_view name) {
  for (const Header& header : headers)
    if (same_name(header.name, name)) return header.value;
  return {};
}

std::string media_type(std::string_view content_type) {
  return base::to_lower(base::trimmed(content_type.substr(0, content_type.find(';'))));
}

bool remove_header(Headers& headers, std::string_view name) {
  return std::erase_if(headers, [&](const Header& one) { return same_name(one.name, name); }) > 0;
}

void set_header(Headers& headers, std::string_view name, std::string value) {
  remove_header(headers, name);
  headers.push_back({std::string(name), std::move(value)});
}

std::optional<std::chrono::system_clock::time_point> parse_date(std::string_view text) {
  tm parts{};
  const std::string copy(text);
  const char* end = ::strptime(copy.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (end != copy.c_str() + copy.size()) return std::nullopt;
  using Clock = std::chrono::system_clock;
  const std::chrono::seconds time{::timegm(&parts)};
  constexpr auto kLast = std::chrono::floor<std::chrono::seconds>(Clock::duration::max());
  if (time > kLast || time < -kLast) return std::nullopt;
  return Clock::time_point(time);
}

std::string_view Request::path() const {
  return std::string_view(target).substr(0, target.find('?'));
}

std::optional<std::string> Request::query(std::string_view name) const {
  std::string_view rest = target;
  const size_t question = rest.find('?');
  if (question == std::string_view::npos) return std::nullopt;
  rest.remove_prefix(question + 1);
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    const size_t equals = pair.find('=');
    if (query_decoded(pair.substr(0, equals)) != name) continue;
    return equals == std::string_view::npos ? "" : query_decoded(pair.substr(equals + 1));
  }
  return std::nullopt;
}

Response text_answer(int status, std::string text) {
  return {status, {{"Content-Type", "text/plain"}}, std::move(text) + "\n"};
}

Response try_again(std::string text) {
  Response response = text_answer(503, std::move(text));
  response.headers.push_back({"Retry-After", "1"});
  return response;
}

}  // namespace io::http
