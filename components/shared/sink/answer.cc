#include "components/shared/sink/answer.h"

#include <fmt/format.h>
#include <strings.h>

#include <algorithm>
#include <charconv>
#include <iterator>

namespace components::sink {
namespace {

constexpr size_t kBodyBytesShown = 1024;

struct Row {
  int first;
  int last;
  Rule rule;
};

/// The first row that holds a status counts.
constexpr Row kRows[] = {
    {kNoAnswer, kNoAnswer, {Action::retry, "check that it is up and that this host may reach it"}},
    {200, 299, {Action::accept, ""}},
    {300, 399, {Action::retry_loudly, "set the url to the new place"}},
    {400, 400, {Action::split, ""}},
    {401, 401, {Action::retry_loudly, "check user, password or token"}},
    {403, 403, {Action::retry_loudly, "check the rights of this user and tenant"}},
    {404, 404, {Action::retry_loudly, "check the path of the url"}},
    {407, 407, {Action::retry_loudly, "check the login at the proxy"}},
    {408, 408, {Action::retry, "the server found the request slow: check the network"}},
    {413, 413, {Action::halve, "lower batch_size, or raise the server's limit"}},
    {422, 422, {Action::split, ""}},
    {429, 429, {Action::retry, "raise the server's limits, or send less"}},
    {400, 499, {Action::retry_loudly, "check the url and the proxies on the way to the server"}},
    {500, 599, {Action::retry, "look at the server's own log"}},
};

/// The first line of a body.
std::string_view first_line(std::string_view body) {
  return body.substr(0, std::min(body.find_first_of("\r\n"), kBodyBytesShown));
}

/// Backends answer in plain text or JSON; what is written for a browser is from somebody else.
bool is_page(const io::http::Response& response) {
  constexpr std::string_view kHtml = "text/html";
  const std::string_view type = io::http::find(response.headers, "Content-Type");
  return type.size() >= kHtml.size() && strncasecmp(type.data(), kHtml.data(), kHtml.size()) == 0;
}

/// What servers written in Go, and nginx, say on their TLS port.
bool wants_tls(std::string_view body) {
  return body.find("HTTP request to an HTTPS server") != std::string_view::npos ||
         body.find("plain HTTP request was sent to HTTPS port") != std::string_view::npos;
}

}  // namespace

Rule rule_for(int status, bool retry_on_http_429) {
  if (status == 429 && !retry_on_http_429) return {Action::drop, ""};
  for (const Row& row : kRows)
    if (row.first <= status && status <= row.last) return row.rule;
  return {Action::retry_loudly, "this is not an HTTP status that a server sends"};
}

Rule rule_for(const io::http::Response& response, bool retry_on_http_429) {
  const Rule rule = rule_for(response.status, retry_on_http_429);
  if (rule.action != Action::accept && rule.action != Action::split) return rule;
  if (response.status == 400 && wants_tls(response.body))
    return {Action::retry_loudly, "the server wants TLS: write https:// in the url"};
  if (is_page(response))
    return {Action::retry_loudly,
            "a web page, not the backend's answer: check the url and the proxies on the way"};
  return rule;
}

std::string describe(const io::http::Response& response, const Rule& rule) {
  std::string text = fmt::format("HTTP {}", response.status);
  if (const std::string_view line = first_line(response.body); !line.empty())
    fmt::format_to(std::back_inserter(text), ": {}", line);
  if (const auto place = io::http::find(response.headers, "Location"); !place.empty())
    fmt::format_to(std::back_inserter(text), ", Location: {}", first_line(place));
  if (!rule.advice.empty()) fmt::format_to(std::back_inserter(text), " ({})", rule.advice);
  return text;
}

std::chrono::seconds retry_after(const io::http::Response& response,
                                 std::chrono::system_clock::time_point now) {
  const std::string_view text = io::http::find(response.headers, "Retry-After");
  int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  const bool is_number = !text.empty() && end == text.data() + text.size();
  if (is_number && error == std::errc::result_out_of_range) seconds = kRetryAfterMax.count();
  if (!is_number) {
    const auto until = io::http::parse_date(text);
    if (!until) return {};
    const auto from = io::http::parse_date(io::http::find(response.headers, "Date")).value_or(now);
    seconds = std::chrono::ceil<std::chrono::seconds>(*until - from).count();
  }
  return std::chrono::seconds(std::clamp<int64_t>(seconds, 0, kRetryAfterMax.count()));
}

}  // namespace components::sink
