#include "tests/support/receiver.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/json.h"
#include "telemetry/wire/content_coding.h"
#include "tests/support/push_decoder.h"
#include "tests/support/query_api.h"

namespace support {
namespace {

using io::http::Request;
using io::http::Response;
using nlohmann::json;

constexpr size_t kBodyBytesMax = size_t{256} << 20;
constexpr std::chrono::milliseconds kSlowAnswer{300};
constexpr uint64_t kNumberMax = 1'000'000'000;  // One bit of memory for each.

/// The number of a line with "seq=" and 12 digits.
std::optional<uint64_t> number_of(std::string_view line) {
  const size_t at = line.find("seq=");
  if (at == std::string_view::npos || line.size() < at + 16) return std::nullopt;
  uint64_t number = 0;
  const char* first = line.data() + at + 4;
  const auto [end, error] = std::from_chars(first, first + 12, number);
  if (error != std::errc() || end != first + 12 || number > kNumberMax) return std::nullopt;
  return number;
}

base::Result<telemetry::LogBatch> decode(const Request& request) {
  std::string unzipped;
  std::string_view body = request.body;
  if (body.starts_with("\x1f\x8b")) {
    auto result = telemetry::wire::decode_body(telemetry::wire::Coding::gzip, std::string(body),
                                               kBodyBytesMax);
    if (!result) return base::fail("{}", result.error().message);
    unzipped = std::move(*result);
    body = unzipped;
  }
  const bool is_json =
      io::http::find(request.headers, "Content-Type").starts_with("application/json");
  return is_json ? decode_push_json(body) : decode_push(body);
}

double seconds_of(const Request& request, std::string_view name) {
  const std::string text = request.query(name).value_or("");
  double seconds = 0;
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  return seconds;
}

bool holds(const telemetry::LogBatch& batch, std::string_view part) {
  return part.empty() || std::any_of(batch.entries.begin(), batch.entries.end(), [&](auto& entry) {
           return batch.line(entry).find(part) != std::string_view::npos;
         });
}

telemetry::LogBatch without(telemetry::LogBatch batch, std::string_view part) {
  std::erase_if(batch.entries, [&](const telemetry::Entry& entry) {
    return batch.line(entry).find(part) != std::string_view::npos;
  });
  return batch;
}

Response text(int status, std::string body) {
  return {status, {{"Content-Type", "text/plain"}}, std::move(body)};
}

Response json_response(const json& value) {
  // Lines are any bytes; JSON is UTF-8.
  return {200, {{"Content-Type", "application/json"}}, base::json_text(value) + "\n"};
}

json to_json(const Receiver::Stats& stats) {
  return {{"requests", stats.requests},   {"refused", stats.refused},
          {"malformed", stats.malformed}, {"lines", stats.lines},
          {"bytes", stats.bytes},         {"streams", stats.streams},
          {"numbered", stats.numbered},   {"distinct", stats.distinct},
          {"repeated", stats.repeated},   {"out_of_order", stats.out_of_order},
          {"missing", stats.missing},     {"missing_first", stats.missing_first}};
}

}  // namespace

base::Result<std::unique_ptr<Receiver>> Receiver::start(Options options) {
  std::unique_ptr<Receiver> receiver(new Receiver(std::move(options)));
  auto server_options = receiver->options_.server;
  server_options.threads = std::max(server_options.threads, 32);  // Stalled pushes hold one each.
  auto server = io::http::Server::listen(
      receiver->options_.address, server_options,
      [self = receiver.get()](const Request& request) { return self->answer(request); });
  if (!server) return tl::unexpected(server.error());
  receiver->server_ = std::move(*server);
  return receiver;
}

Receiver::~Receiver() {
  {
    base::Lock lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  if (server_) server_->stop();
}

Response Receiver::answer(const Request& request) {
  const std::string_view path = request.path();
  const bool is_post = request.method == "POST";
  if (path == "/loki/api/v1/push" && is_post) return push(request);
  if (path == "/ctl" && is_post) return control(request);
  if (path == "/reset" && is_post) {
    reset();
    return text(200, "ok\n");
  }
  if (path == "/stats") return json_response(to_json(stats()));
  if (path == "/lines") return lines_response(request);
  if (path == "/ready") return text(200, "ready\n");
  if (path.starts_with("/loki/api/v1/") && request.method == "GET")
    return answer_query(request,
                        stored(std::string(io::http::find(request.headers, "X-Scope-OrgID"))));
  return text(404, "not found\n");
}

Receiver::Kind Receiver::current_kind() {
  if (std::chrono::steady_clock::now() >= mode_.until) mode_ = Mode();
  return mode_.kind;
}

Response Receiver::push(const Request& request) {
  const auto batch = decode(request);
  base::Lock lock(mutex_);
  ++stats_.requests;
  last_headers_ = request.headers;
  changed_.notify_all();
  const Kind kind = batch && !holds(*batch, mode_.match) ? Kind::ok : current_kind();
  if (kind == Kind::stall) {
    ++stats_.refused;
    // Until the next mode, also when that stalls: each holds a thread, and /ctl needs one.
    const uint64_t number = mode_number_;
    while (!stopping_ && number == mode_number_ && current_kind() == Kind::stall) {
      const auto until = mode_.until;  // wait_until() reads it without the lock.
      changed_.wait_until(mutex_, until);
    }
    return {0, {}, {}};
  }
  if (kind == Kind::drop || kind == Kind::status) {
    ++stats_.refused;
    if (kind == Kind::drop) return {0, {}, {}};
    Response response = text(mode_.status, "told to answer this\n");
    if (mode_.page) {
      response.headers = {{"Content-Type", "text/html"}};
      response.body = "<html>\r\n<head><title>nginx</title></head>\r\n</html>\r\n";
    }
    if (!mode_.retry_after.empty()) response.headers.push_back({"Retry-After", mode_.retry_after});
    return response;
  }
  if (!batch) {
    ++stats_.malformed;
    return text(400, batch.error().message + "\n");
  }
  if (options_.judge) {
    Response judged = options_.judge(*batch, request.body.size());
    if (!judged.ok()) {
      ++stats_.refused;
      return judged;
    }
  }
  if (kind == Kind::slow) {
    const auto until = std::chrono::steady_clock::now() + kSlowAnswer;
    while (!stopping_ && std::chrono::steady_clock::now() < until)
      changed_.wait_until(mutex_, until);
  }
  const std::string tenant(io::http::find(request.headers, "X-Scope-OrgID"));
  take(kind == Kind::partial ? without(*batch, mode_.match) : *batch, tenant);
  changed_.notify_all();
  if (kind == Kind::ok || kind == Kind::slow) return {204, {}, {}};
  ++stats_.refused;
  if (kind == Kind::partial) return text(400, "some lines are not accepted\n");
  return text(500, "taken, but told to answer this\n");
}

void Receiver::take(const telemetry::LogBatch& batch, const std::string& tenant) {
  std::vector<std::string> names;
  for (const telemetry::Labels& labels : batch.label_sets)
    names.push_back(telemetry::to_stream_text(labels));
  for (const telemetry::Entry& entry : batch.entries) {
    const std::string_view line = batch.line(entry);
    ++stats_.lines;
    stats_.bytes += line.size();
    check_number(streams_[tenant + names[entry.labels]], line);
    if (options_.print) fmt::print("{} {}\n", names[entry.labels], line);
    if (options_.lines_kept == 0) continue;
    if (lines_.size() >= options_.lines_kept) lines_.pop_front();
    Line& kept = lines_.emplace_back();
    kept.timestamp_ns = entry.timestamp_ns;
    for (const auto& [name, value] : batch.labels(entry).all()) kept.labels[name] = value;
    for (const auto& pair : batch.metadata_of(entry))
      kept.metadata[std::string(batch.text(pair.name))] = batch.text(pair.value);
    kept.tenant = tenant;
    kept.text = line;
  }
  if (options_.print) std::fflush(stdout);
}

void Receiver::check_number(Stream& stream, std::string_view line) {
  const auto number = number_of(line);
  if (!number) return;
  ++stats_.numbered;
  if (*number >= seen_.size()) seen_.resize(std::max<size_t>(*number + 1, seen_.size() * 2));
  if (seen_[*number]) {
    ++stats_.repeated;
    return;
  }
  seen_[*number] = true;
  ++stats_.distinct;
  if (stream.has_numbers && *number < stream.last) ++stats_.out_of_order;
  stream.last = *number;
  stream.has_numbers = true;
}

Response Receiver::control(const Request& request) {
  const auto lasts = std::chrono::duration<double>(seconds_of(request, "for"));
  if (!set_mode(request.query("mode").value_or(""),
                std::chrono::duration_cast<std::chrono::milliseconds>(lasts),
                request.query("retry_after").value_or(""), request.query("match").value_or(""),
                request.query("page").has_value()))
    return text(400, "mode is ok, a status, stall, drop, lostack, partial or slow\n");
  return text(200, "ok\n");
}

bool Receiver::set_mode(std::string_view name, std::chrono::milliseconds lasts,
                        std::string retry_after, std::string match, bool page) {
  Mode mode;
  mode.page = page;
  mode.retry_after = std::move(retry_after);
  mode.match = std::move(match);
  if (lasts.count() > 0) mode.until = std::chrono::steady_clock::now() + lasts;
  if (name == "stall") {
    mode.kind = Kind::stall;
  } else if (name == "drop") {
    mode.kind = Kind::drop;
  } else if (name == "lostack") {
    mode.kind = Kind::lostack;
  } else if (name == "partial") {
    mode.kind = Kind::partial;
  } else if (name == "slow") {
    mode.kind = Kind::slow;
  } else if (name != "ok") {
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), mode.status);
    if (error != std::errc() || end != name.data() + name.size()) return false;
    if (mode.status < 200 || mode.status > 599) return false;
    mode.kind = Kind::status;
  }
  base::Lock lock(mutex_);
  mode_ = std::move(mode);
  ++mode_number_;
  changed_.notify_all();
  return true;
}

void Receiver::reset() {
  base::Lock lock(mutex_);
  stats_ = Stats();
  lines_.clear();
  streams_.clear();
  seen_.clear();
}

Receiver::Stats Receiver::stats() const {
  base::Lock lock(mutex_);
  return stats_locked();
}

Receiver::Stats Receiver::stats_locked() const {
  Stats stats = stats_;
  stats.streams = streams_.size();
  if (stats.distinct == 0) return stats;
  const auto first = std::find(seen_.begin(), seen_.end(), true);
  const auto last = std::find(seen_.rbegin(), seen_.rend(), true).base();
  stats.missing = static_cast<uint64_t>(last - first) - stats.distinct;
  for (auto at = first;
       at != last && stats.missing_first.size() < std::min<uint64_t>(10, stats.missing); ++at)
    if (!*at) stats.missing_first.push_back(static_cast<uint64_t>(at - seen_.begin()));
  return stats;
}

std::vector<Receiver::Line> Receiver::lines() const {
  base::Lock lock(mutex_);
  return {lines_.begin(), lines_.end()};
}

io::http::Headers Receiver::last_headers() const {
  base::Lock lock(mutex_);
  return last_headers_;
}

std::vector<StoredLine> Receiver::stored(const std::string& tenant) const {
  std::vector<StoredLine> found;
  base::Lock lock(mutex_);
  for (const Line& line : lines_)
    if (line.tenant == tenant) found.push_back({line.timestamp_ns, line.labels, line.text});
  return found;
}

Response Receiver::lines_response(const Request& request) const {
  const std::string match = request.query("match").value_or("");
  const auto limit =
      static_cast<size_t>(request.query("limit") ? seconds_of(request, "limit") : 100.0);
  std::vector<json> found;
  base::Lock lock(mutex_);
  for (auto line = lines_.rbegin(); line != lines_.rend() && found.size() < limit; ++line) {
    const bool in_labels =
        std::any_of(line->labels.begin(), line->labels.end(), [&](const auto& label) {
          return (label.first + "=" + label.second).find(match) != std::string::npos;
        });
    if (!in_labels && line->text.find(match) == std::string::npos) continue;
    found.push_back({{"timestamp", std::to_string(line->timestamp_ns)},
                     {"labels", line->labels},
                     {"metadata", line->metadata},
                     {"tenant", line->tenant},
                     {"line", line->text}});
  }
  std::reverse(found.begin(), found.end());
  return json_response(found);
}

bool Receiver::wait_for(const std::function<bool(const Stats&)>& condition,
                        std::chrono::milliseconds timeout) const {
  const auto until = std::chrono::steady_clock::now() + timeout;
  base::Lock lock(mutex_);
  return changed_.wait_until(mutex_, until,
                             [&]() REQUIRES_LOCK(mutex_) { return condition(stats_locked()); });
}

}  // namespace support
