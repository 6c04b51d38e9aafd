#include "compiler/ask/status.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <type_traits>

#include "base/json.h"
#include "river/diag/render.h"

namespace compiler::ask {
namespace {

using Json = nlohmann::ordered_json;

// What ssh and a shell say by their exit codes.
constexpr int kSshFailed = 255;
constexpr int kNoSuchProgram = 127;

template <class T>
T member(const Json& object, const char* name, T otherwise) {
  const auto found = object.find(name);
  if (found == object.end()) return otherwise;
  const bool fits = std::is_same_v<T, std::string> ? found->is_string()
                    : std::is_same_v<T, bool>      ? found->is_boolean()
                                                   : found->is_number();
  return fits ? found->template get<T>() : otherwise;
}

/// The last line that is not empty: ssh says banners first and its reason last.
std::string last_line(std::string_view text) {
  const size_t end = text.find_last_not_of(" \r\n");
  if (end == text.npos) return {};
  text = text.substr(0, end + 1);
  const size_t begin = text.rfind('\n');
  return std::string(begin == text.npos ? text : text.substr(begin + 1));
}

std::string_view config_word(const HostStatus& host) {
  if (host.compiled.empty()) return "has errors";
  if (!host.answer) return "-";
  if (host.answer->config.empty()) return "none";
  return host.is_current() ? "current" : "differs";
}

std::string_view health_word(const HostStatus& host) {
  if (host.unreachable) return "unreachable";
  if (!host.answer) return "no answer";
  return host.answer->healthy ? "healthy" : "unhealthy";
}

std::string duration(double seconds) {
  const auto whole = static_cast<uint64_t>(std::max(seconds, 0.0));
  if (whole >= 86400) return fmt::format("{}d{}h", whole / 86400, whole % 86400 / 3600);
  if (whole >= 3600) return fmt::format("{}h{}m", whole / 3600, whole % 3600 / 60);
  if (whole >= 60) return fmt::format("{}m{}s", whole / 60, whole % 60);
  return fmt::format("{}s", whole);
}

struct Counts {
  size_t current = 0, unwell = 0, unreachable = 0;

  explicit Counts(const std::vector<HostStatus>& hosts) {
    for (const HostStatus& host : hosts) {
      if (host.unreachable) ++unreachable;
      if (host.is_current()) ++current;
      if (!host.is_well()) ++unwell;
    }
  }
};

Json as_object(const HostStatus& host) {
  Json object = {{"config", config_word(host)},
                 {"health", health_word(host)},
                 {"well", host.is_well()},
                 {"compiled", host.compiled},
                 {"problem", host.problem}};
  if (!host.answer) return object;
  object["running"] = host.answer->config;
  object["version"] = host.answer->version;
  object["sent"] = host.answer->sent;
  object["dropped"] = host.answer->dropped;
  object["waiting"] = host.answer->waiting;
  object["lag_seconds"] = host.answer->lag_seconds;
  object["uptime_seconds"] = host.answer->uptime_seconds;
  return object;
}

}  // namespace

base::Result<Answer> parse_answer(std::string_view json) {
  const auto root = base::parse_ordered_json(json);
  if (!root.is_object() || !root.contains("config"))
    return base::fail("the answer is not that of `tributary status`");
  Answer answer;
  answer.version = member<std::string>(root, "version", "");
  answer.config = member<std::string>(root, "config", "");
  answer.healthy = member(root, "healthy", false);
  answer.sent = member<uint64_t>(root, "sent", 0);
  answer.dropped = member<uint64_t>(root, "dropped", 0);
  answer.waiting = member<uint64_t>(root, "waiting", 0);
  answer.lag_seconds = member(root, "lag_seconds", 0.0);
  answer.uptime_seconds = member(root, "uptime_seconds", 0.0);
  const auto unhealthy = root.find("unhealthy");
  if (unhealthy != root.end() && unhealthy->is_array() && !unhealthy->empty() &&
      unhealthy->front().is_object())
    answer.worst = fmt::format("{}: {}", member<std::string>(unhealthy->front(), "id", "?"),
                               member<std::string>(unhealthy->front(), "message", ""));
  return answer;
}

void read_end(const base::Result<base::ProgramOutput>& end, HostStatus& status) {
  if (!end) {
    status.unreachable = true;
    status.problem = end.error().message;
    return;
  }
  if (end->exit_code == kSshFailed) {
    status.unreachable = true;
    status.problem = last_line(end->err);
    return;
  }
  if (end->exit_code == kNoSuchProgram) {
    status.problem = "tributary is not installed";
    return;
  }
  auto answer = parse_answer(end->out);
  if (answer) {
    status.answer = std::move(*answer);
    status.problem = status.answer->worst;
    return;
  }
  status.problem = last_line(end->err);
  if (status.problem.empty()) status.problem = answer.error().message;
}

std::string as_table(const std::vector<HostStatus>& hosts) {
  size_t width = 4;
  for (const HostStatus& host : hosts) width = std::max(width, host.name.size());
  std::string text = fmt::format(
      "{:<{}}  {:<10}  {:<10}  {:<11}  {:>10}  {:>8}  {:>8}  {:>6}  {:>7}\n", "host", width,
      "config", "version", "health", "sent", "dropped", "waiting", "lag", "uptime");
  for (const HostStatus& host : hosts) {
    text += fmt::format("{:<{}}  {:<10}  ", host.name, width, config_word(host));
    if (host.answer) {
      const Answer& is = *host.answer;
      text += fmt::format("{:<10}  {:<11}  {:>10}  {:>8}  {:>8}  {:>6}  {:>7}\n", is.version,
                          health_word(host), is.sent, is.dropped, is.waiting,
                          duration(is.lag_seconds), duration(is.uptime_seconds));
    } else {
      text += fmt::format("{:<10}  {}\n", "-", health_word(host));
    }
    if (!host.problem.empty()) text += fmt::format("{:<{}}  {}\n", "", width, host.problem);
  }
  const Counts counts(hosts);
  return river::diag::visible(text) +
         fmt::format("{} of {} hosts up to date, {} unreachable, {} with problems\n",
                     counts.current, hosts.size(), counts.unreachable, counts.unwell);
}

std::string as_json(const std::vector<HostStatus>& hosts) {
  Json list = Json::object();
  for (const HostStatus& host : hosts) list[host.name] = as_object(host);
  const Counts counts(hosts);
  const Json all = {{"hosts", std::move(list)},
                    {"current", counts.current},
                    {"unwell", counts.unwell},
                    {"unreachable", counts.unreachable}};
  return base::json_text(all, 2) + "\n";
}

}  // namespace compiler::ask
