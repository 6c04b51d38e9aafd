#include "tests/support/query_api.h"

#include <charconv>
#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "base/json.h"

namespace support {
namespace {

using io::http::Request;
using io::http::Response;
using nlohmann::json;

constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kHour = 3600 * kSecond;
constexpr int64_t kPointsMax = 11000;

Response refuse(const std::string& why) {
  return {400, {{"Content-Type", "text/plain"}}, why + "\n"};
}

Response success(const json& data) {
  const json answer = {{"status", "success"}, {"data", data}};
  // Lines are any bytes; JSON is UTF-8.
  return {200, {{"Content-Type", "application/json"}}, base::json_text(answer) + "\n"};
}

int64_t now_ns() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
}

/// Whole numbers of more than ten digits are nanoseconds, other numbers seconds.
std::optional<int64_t> time_of(const Request& request, std::string_view name, int64_t otherwise) {
  const auto text = request.query(name);
  if (!text || text->empty()) return otherwise;
  const char* end = text->data() + text->size();
  int64_t whole = 0;
  if (const auto read = std::from_chars(text->data(), end, whole);
      read.ec == std::errc() && read.ptr == end)
    return text->size() > 10 ? whole : whole * kSecond;
  double seconds = 0;
  if (const auto read = std::from_chars(text->data(), end, seconds);
      read.ec == std::errc() && read.ptr == end && seconds >= 0 && seconds < 9e9)
    return static_cast<int64_t>(seconds * static_cast<double>(kSecond));
  return std::nullopt;
}

struct Range {
  int64_t begin = 0;
  int64_t end = 0;
};
std::optional<Range> range_of(const Request& request) {
  const auto end = time_of(request, "end", now_ns());
  if (!end) return std::nullopt;
  const auto begin = time_of(request, "start", *end - kHour);
  if (!begin || *begin > *end) return std::nullopt;
  return Range{*begin, *end};
}

Response labels(const std::vector<StoredLine>& lines, const Range& range) {
  std::set<std::string> names;
  for (const StoredLine& line : lines)
    if (line.timestamp_ns >= range.begin && line.timestamp_ns <= range.end)
      for (const auto& [name, _] : line.labels) names.insert(name);
  return success(names);
}

Response series(const Request& request, const std::vector<StoredLine>& lines, const Range& range) {
  const auto selector = request.query("match[]");
  if (!selector) return refuse("match[] is missing");
  const auto streams = find_lines(*selector, lines, range.begin, range.end);
  if (!streams) return refuse(streams.error().message);
  json data = json::array();
  for (const FoundStream& stream : *streams) data.push_back(stream.labels);
  return success(data);
}

json seconds(int64_t time_ns) {
  return static_cast<double>(time_ns) / static_cast<double>(kSecond);
}

Response instant(const Request& request, const std::vector<StoredLine>& lines) {
  const auto time = time_of(request, "time", now_ns());
  if (!time) return refuse("time is no number");
  const auto samples = evaluate(request.query("query").value_or(""), lines, *time);
  if (!samples) return refuse(samples.error().message);
  json result = json::array();
  for (const Sample& sample : *samples)
    result.push_back({{"metric", sample.labels},
                      {"value", json::array({seconds(*time), std::to_string(sample.value)})}});
  return success({{"resultType", "vector"}, {"result", result}});
}

Response matrix(const std::string& query, const std::vector<StoredLine>& lines, const Range& range,
                int64_t step) {
  if (step <= 0) return refuse("step is no number above 0");
  if ((range.end - range.begin) / step > kPointsMax) return refuse("too many points");
  std::map<std::map<std::string, std::string>, json> rows;
  for (int64_t at = range.begin; at <= range.end; at += step) {
    const auto samples = evaluate(query, lines, at);
    if (!samples) return refuse(samples.error().message);
    for (const Sample& sample : *samples)
      rows[sample.labels].push_back(json::array({seconds(at), std::to_string(sample.value)}));
  }
  json result = json::array();
  for (const auto& [metric, values] : rows)
    result.push_back({{"metric", metric}, {"values", values}});
  return success({{"resultType", "matrix"}, {"result", result}});
}

Response over_range(const Request& request, const std::vector<StoredLine>& lines,
                    const Range& range) {
  const std::string query = request.query("query").value_or("");
  if (!query.starts_with('{'))
    return matrix(query, lines, range, time_of(request, "step", 60 * kSecond).value_or(0));
  const auto streams = find_lines(query, lines, range.begin, range.end);
  if (!streams) return refuse(streams.error().message);
  json result = json::array();
  for (const FoundStream& stream : *streams) {
    json values = json::array();
    for (const StoredLine* line : stream.lines)
      values.push_back({std::to_string(line->timestamp_ns), line->text});
    result.push_back({{"stream", stream.labels}, {"values", std::move(values)}});
  }
  return success({{"resultType", "streams"}, {"result", result}});
}

}  // namespace

Response answer_query(const Request& request, const std::vector<StoredLine>& lines) {
  const auto range = range_of(request);
  if (!range) return refuse("start and end are numbers, start first");
  const std::string_view path = request.path();
  if (path == "/loki/api/v1/labels") return labels(lines, *range);
  if (path == "/loki/api/v1/series") return series(request, lines, *range);
  if (path == "/loki/api/v1/query") return instant(request, lines);
  if (path == "/loki/api/v1/query_range") return over_range(request, lines, *range);
  return {404, {{"Content-Type", "text/plain"}}, "not found\n"};
}

}  // namespace support
