#include "agent/status/status.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/json.h"
#include "io/http/client.h"
#include "io/http/url.h"

namespace agent::status {
namespace {

using std::chrono::duration;

constexpr std::chrono::milliseconds kPatience{5000};

/// The value of a label in "{a="b",c="d"}"; empty when it is not there.
std::string_view label(std::string_view series, std::string_view name) {
  const std::string wanted = fmt::format("{}=\"", name);
  const size_t begin = series.find(wanted);
  if (begin == series.npos) return {};
  const std::string_view value = series.substr(begin + wanted.size());
  return value.substr(0, value.find('"'));
}

struct Series {
  std::string_view name;
  std::string_view labels;
  double value = 0;
};

/// NAME[{LABELS}] VALUE; false for comments and what makes no sense.
bool parse_series(std::string_view line, Series& series) {
  const size_t blank = line.rfind(' ');
  if (line.starts_with('#') || blank == line.npos) return false;
  const std::string_view number = line.substr(blank + 1);
  const size_t name_end = std::min(line.find('{'), blank);
  series.name = line.substr(0, name_end);
  series.labels = line.substr(name_end, blank - name_end);
  const auto [end, problem] =
      std::from_chars(number.data(), number.data() + number.size(), series.value);
  return problem == std::errc();
}

std::string text(const nlohmann::json& of, const char* key) {
  const auto member = of.is_object() ? of.find(key) : of.end();
  return member != of.end() && member->is_string() ? member->get<std::string>() : std::string();
}

/// What the uniform series of a component say (docs/agent.md).
struct ComponentFlow {
  uint64_t sent = 0;
  uint64_t dropped = 0;
  uint64_t waiting = 0;
};
using Flows = std::map<std::string, ComponentFlow, std::less<>>;  // By component.

void read_flow(const Series& series, Flows& flows, Status& status) {
  constexpr std::string_view kPrefix = "tributary_component_";
  if (!series.name.starts_with(kPrefix)) return;
  const std::string_view what = series.name.substr(kPrefix.size());
  const auto count = static_cast<uint64_t>(std::max(series.value, 0.0));
  ComponentFlow& flow = flows[std::string(label(series.labels, "component_id"))];
  if (what == "sent_total") flow.sent += count;
  if (what == "dropped_total" && label(series.labels, "intentional") == "false")
    flow.dropped += count;
  if (what == "lost_total") flow.dropped += count;
  if (what == "buffered" || what == "held") flow.waiting += count;
  if (what == "lag_seconds") status.lag_seconds = std::max(status.lag_seconds, series.value);
}

void read_series(const Series& series, double now, Flows& flows, Status& status) {
  read_flow(series, flows, status);
  if (series.name == "process_start_time_seconds")
    status.uptime_seconds = std::max(0.0, now - series.value);
  if (series.name == "tributary_build_info") status.version = label(series.labels, "version");
  if (series.name == "tributary_config_hash") status.config = label(series.labels, "sha256");
}

/// What a component sends leaves the agent unless it refers to another through which something
/// flows.
void add_up(const Flows& flows, const nlohmann::json& components, Status& status) {
  std::set<std::string, std::less<>> inner;
  for (const auto& component : components) {
    if (!component.is_object() || !component.contains("referencesTo")) continue;
    for (const auto& other : component["referencesTo"])
      if (other.is_string() && flows.contains(other.get<std::string>()))
        inner.insert(text(component, "localID"));
  }
  for (const auto& [id, flow] : flows) {
    if (!inner.contains(id)) status.sent += flow.sent;
    status.dropped += flow.dropped;
    status.waiting += flow.waiting;
  }
}

std::vector<Unhealthy> unhealthy_of(const nlohmann::json& components) {
  std::vector<Unhealthy> found;
  for (const auto& component : components) {
    if (!component.is_object() || !component.contains("health")) continue;
    if (text(component["health"], "state") == "unhealthy")
      found.push_back({text(component, "localID"), text(component["health"], "message")});
  }
  return found;
}

base::Result<std::string> get(io::http::Client& client, const std::string& target) {
  const auto answer = client.send({"GET", target, {}, {}}, kPatience, {});
  if (!answer) return tl::unexpected(answer.error());
  if (answer->status == 401) return base::fail("the HTTP interface requires a password");
  if (!answer->ok()) return base::fail("{}: answers {}: {}", target, answer->status, answer->body);
  return answer->body;
}

}  // namespace

base::Result<Status> read_answers(std::string_view metrics, std::string_view components,
                                  std::chrono::system_clock::time_point now) {
  const auto list = base::parse_json(components);
  if (!list.is_array()) return base::fail("the server at this address is not a tributary agent");
  Status status;
  status.unhealthy = unhealthy_of(list);
  Flows flows;
  const double seconds = duration<double>(now.time_since_epoch()).count();
  while (!metrics.empty()) {
    const size_t end = std::min(metrics.find('\n'), metrics.size());
    if (Series series; parse_series(metrics.substr(0, end), series))
      read_series(series, seconds, flows, status);
    metrics.remove_prefix(std::min(end + 1, metrics.size()));
  }
  add_up(flows, list, status);
  return status;
}

base::Result<Status> ask(const std::string& address) {
  const auto where = io::http::parse_listen_address(address);
  if (!where) return base::in_context("--server.http.listen-addr", where.error());
  io::http::Client client(where->url());
  const auto metrics = get(client, "/metrics");
  if (!metrics) return tl::unexpected(metrics.error());
  const auto components = get(client, "/api/v0/web/components");
  if (!components) return tl::unexpected(components.error());
  return read_answers(*metrics, *components, std::chrono::system_clock::now());
}

std::string as_text(const Status& status) {
  std::string text =
      fmt::format("version  {}\nconfig   {}\nhealth   {}\n", status.version,
                  status.config.empty() ? "not running yet" : status.config,
                  status.unhealthy.empty() ? "all components are healthy" : "unhealthy:");
  for (const Unhealthy& one : status.unhealthy)
    text += fmt::format("         {}: {}\n", one.id, one.message);
  return text + fmt::format(
                    "lines    {} sent, {} dropped, {} waiting\nlag      {:.1f} s\n"
                    "uptime   {:.0f} s\n",
                    status.sent, status.dropped, status.waiting, status.lag_seconds,
                    status.uptime_seconds);
}

std::string as_json(const Status& status) {
  auto unhealthy = nlohmann::ordered_json::array();
  for (const Unhealthy& one : status.unhealthy)
    unhealthy.push_back({{"id", one.id}, {"message", one.message}});
  const nlohmann::ordered_json all = {{"version", status.version},
                                      {"config", status.config},
                                      {"healthy", status.healthy()},
                                      {"unhealthy", std::move(unhealthy)},
                                      {"sent", status.sent},
                                      {"dropped", status.dropped},
                                      {"waiting", status.waiting},
                                      {"lag_seconds", status.lag_seconds},
                                      {"uptime_seconds", status.uptime_seconds}};
  return base::json_text(all) + "\n";
}

}  // namespace agent::status
