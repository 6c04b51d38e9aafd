#include "agent/http/api.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <iterator>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/json.h"
#include "base/text.h"

namespace agent::http {

namespace {

using components::Health;

std::string_view state_name(Health::State state) {
  switch (state) {
    case Health::State::unknown:
      return "unknown";
    case Health::State::healthy:
      return "healthy";
    case Health::State::unhealthy:
      return "unhealthy";
    case Health::State::exited:
      return "exited";
  }
  return "";
}

/// What comes from outside, such as the answer of a backend, on a page of text: UTF-8 in one line,
/// without what a terminal obeys.
std::string shown(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const base::Utf8Char next = base::first_utf8(text);
    if (next.valid &&
        (next.code_point < ' ' || (next.code_point >= 0x7F && next.code_point < 0xA0)))
      out += fmt::format("\\x{:02x}", next.code_point);
    else
      base::append_utf8(out, next.code_point);
    text.remove_prefix(next.size);
  }
  return out;
}

}  // namespace

io::http::Response text_answer(int status, std::string text) {
  return {status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::move(text)};
}

io::http::Response healthy_answer(const std::vector<graph::ComponentStatus>& components) {
  std::string unhealthy;
  for (const auto& component : components)
    if (component.health.state == Health::State::unhealthy)
      unhealthy += fmt::format("{}: {}\n", component.id, shown(component.health.message));
  if (unhealthy.empty()) return text_answer(200, "All components are healthy.\n");
  return text_answer(500, "unhealthy components:\n" + unhealthy);
}

io::http::Response components_answer(const std::vector<graph::ComponentStatus>& components) {
  auto list = nlohmann::json::array();
  for (const auto& component : components) {
    auto referenced_by = nlohmann::json::array();
    for (const auto& other : components)
      for (const auto& reference : other.references)
        if (reference == component.id) referenced_by.push_back(other.id);
    std::string message = shown(component.health.message);
    const size_t label = std::min(component.name.size() + 1, component.id.size());
    list.push_back(
        {{"name", component.name},
         {"type", "block"},
         {"localID", component.id},
         {"moduleID", ""},
         {"label", component.id.substr(label)},
         {"referencesTo", component.references},
         {"referencedBy", std::move(referenced_by)},
         {"health",
          {{"state", state_name(component.health.state)}, {"message", std::move(message)}}}});
  }
  return {200, {{"Content-Type", "application/json"}}, base::json_text(list)};
}

namespace {

/// Initialized before main() runs: near enough to the start.
const double kStarted =
    std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();

/// The second number of /proc/self/statm, in bytes; 0 when it cannot be read.
uint64_t resident_bytes() {
  const auto statm = base::read_file("/proc/self/statm", 4096);
  unsigned long size = 0, resident = 0;
  if (!statm || std::sscanf(statm->c_str(), "%lu %lu", &size, &resident) != 2) return 0;
  return resident * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
}

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

int64_t open_descriptors() {
  std::error_code code;
  int64_t count = 0;
  std::filesystem::directory_iterator it("/proc/self/fd", code);
  for (; !code && it != std::filesystem::directory_iterator(); it.increment(code)) ++count;
  return count;
}

}  // namespace

std::string process_metrics() {
  std::string out;
  const auto family = [&](std::string_view name, std::string_view type, std::string_view help,
                          auto value) {
    fmt::format_to(std::back_inserter(out), "# HELP {0} {1}\n# TYPE {0} {2}\n{0} {3}\n", name, help,
                   type, value);
  };
  family("process_cpu_seconds_total", "counter", "User and system CPU time spent, in seconds.",
         cpu_seconds());
  family("process_open_fds", "gauge", "Open file descriptors.", open_descriptors());
  family("process_resident_memory_bytes", "gauge", "Resident memory.", resident_bytes());
  family("process_start_time_seconds", "gauge", "When this process started, in Unix time.",
         kStarted);
  return out;
}

}  // namespace agent::http
