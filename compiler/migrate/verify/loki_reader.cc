#include "compiler/migrate/verify/loki_reader.h"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/json.h"
#include "base/text.h"
#include "compiler/migrate/report/escape.h"

namespace compiler::migrate::verify {
namespace {

using nlohmann::json;

constexpr size_t kSaidBytesMax = 300;  // Of an error's text that is shown.

std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain =
        base::is_digit(c) || base::is_letter(c) || c == '-' || c == '_' || c == '.' || c == '~';
    if (plain)
      out += c;
    else
      fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<uint8_t>(c));
  }
  return out;
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

io::http::Client::Options client_options(const LokiAccess& access, size_t answer_bytes_max) {
  io::http::Client::Options options;
  options.tls = access.tls;
  options.body_bytes_max = answer_bytes_max;
  return options;
}

/// `data.result` or `data` of an answer; a null when it is none.
json data_of(const std::string& body) {
  const json answer = base::parse_json(body);
  if (!answer.is_object() || !answer.contains("data")) return nullptr;
  return answer["data"];
}

/// The sum of an instant vector's values, which are ["time", "12"]; nothing when it is none.
std::optional<uint64_t> sum_of(const json& data) {
  if (!data.is_object() || data.value("resultType", "") != "vector") return std::nullopt;
  if (!data.contains("result") || !data["result"].is_array()) return std::nullopt;
  double sum = 0;
  for (const json& sample : data["result"]) {
    if (!sample.is_object() || !sample.contains("value") || sample["value"].size() != 2 ||
        !sample["value"][1].is_string())
      return std::nullopt;
    const auto& text = sample["value"][1].get_ref<const std::string&>();
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !(value >= 0) || value > 1e18)
      return std::nullopt;
    sum += value;
  }
  return static_cast<uint64_t>(std::llround(sum));
}

}  // namespace

base::Result<LokiAccess> loki_access(std::string_view url) {
  auto parsed = io::http::parse_url(url);
  if (!parsed) return tl::unexpected(parsed.error());
  LokiAccess access;
  access.url = std::move(*parsed);
  std::string& prefix = access.url.target;
  constexpr std::string_view kPush = "/loki/api/v1/push";
  if (prefix.ends_with(kPush)) prefix.resize(prefix.size() - kPush.size());
  while (prefix.ends_with('/')) prefix.pop_back();
  if (prefix.find_first_of("?#") != std::string::npos)
    return base::fail("{}: the base URL of a Loki has no query", url);
  access.user = environment("LOKI_USERNAME");
  access.password = base::Secret(environment("LOKI_PASSWORD"));
  access.bearer_token = base::Secret(environment("LOKI_BEARER_TOKEN"));
  access.tenant = environment("LOKI_ORG_ID");
  access.tls.ca_file = environment("LOKI_CA_CERT_PATH");
  access.tls.cert_file = environment("LOKI_CLIENT_CERT_PATH");
  access.tls.key_file = environment("LOKI_CLIENT_KEY_PATH");
  if (!access.user.empty() && !access.bearer_token.empty())
    return base::fail("LOKI_USERNAME and LOKI_BEARER_TOKEN are both set: which one asks?");
  return access;
}

LokiReader::LokiReader(LokiAccess access, Limits limits)
    : access_(std::move(access)),
      limits_(limits),
      client_(access_.url, client_options(access_, limits.answer_bytes_max)) {}

base::Result<std::string> LokiReader::get(const std::string& path, std::stop_token stop) {
  io::http::Request request;
  request.target = access_.url.target + path;
  if (!access_.user.empty())
    request.headers.push_back(
        {"Authorization", io::http::basic_authorization(access_.user, access_.password.reveal())});
  if (!access_.bearer_token.empty())
    request.headers.push_back({"Authorization", "Bearer " + access_.bearer_token.reveal()});
  if (!access_.tenant.empty()) request.headers.push_back({"X-Scope-OrgID", access_.tenant});
  auto answer = client_.send(request, limits_.timeout, std::move(stop));
  if (!answer) return tl::unexpected(answer.error());
  if (answer->ok()) return std::move(answer->body);
  std::string said = report::visible_line(std::string_view(answer->body).substr(0, kSaidBytesMax));
  while (said.ends_with(' ')) said.pop_back();
  return base::fail("HTTP {}{}{}", answer->status, said.empty() ? "" : ": ", said);
}

base::Result<void> LokiReader::probe(const TimeRange& range, std::stop_token stop) {
  const auto body =
      get(fmt::format("/loki/api/v1/labels?start={}&end={}", range.begin_ns, range.end_ns),
          std::move(stop));
  if (!body) return tl::unexpected(body.error());
  if (data_of(*body).is_null() && body->find("\"success\"") == std::string::npos)
    return base::fail("the server there is not Loki");
  return {};
}

// The sum of counts is one number, however many streams there are. A line that a parser could not
// read would fail the whole query; taking its mark away counts it, as a panel shows it.
base::Result<uint64_t> LokiReader::lines(const LineQuery& query, const TimeRange& range,
                                         std::stop_token stop) {
  const std::string expression =
      fmt::format("sum(count_over_time({}{} [{}ms]))", query.query,
                  query.parses ? " | drop __error__, __error_details__" : "",
                  std::max<int64_t>((range.end_ns - range.begin_ns) / 1'000'000, 1));
  const auto body = get(fmt::format("/loki/api/v1/query?query={}&time={}&limit=1",
                                    percent_encoded(expression), range.end_ns),
                        std::move(stop));
  if (!body) return tl::unexpected(body.error());
  const auto sum = sum_of(data_of(*body));
  if (!sum) return base::fail("the answer is not a vector");
  return *sum;
}

base::Result<uint64_t> LokiReader::streams(std::string_view selector, const TimeRange& range,
                                           std::stop_token stop) {
  const auto body = get(fmt::format("/loki/api/v1/series?match[]={}&start={}&end={}",
                                    percent_encoded(selector), range.begin_ns, range.end_ns),
                        std::move(stop));
  if (!body) return tl::unexpected(body.error());
  const json data = data_of(*body);
  if (data.is_null()) return 0;  // Loki leaves an empty list out.
  if (!data.is_array()) return base::fail("the answer is not a list of streams");
  return data.size();
}

}  // namespace compiler::migrate::verify
