#include "components/discovery/process/process.h"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <map>
#include <optional>
#include <utility>

#include "base/cgroup.h"
#include "base/files.h"
#include "base/text.h"
#include "components/shared/targets.h"

namespace components::discovery::process {
namespace {

using river::schema::Target;
using river::schema::Targets;

/// Of a file of the kernel about one process; a command line is cut there.
constexpr size_t kFileBytesMax = size_t{1} << 20;
constexpr size_t kCommandBytesMax = 4096;

/// What a symbolic link points to; empty when it may not be seen. Nothing when there is none: a
/// thread of the kernel, or a process that has ended.
std::optional<std::string> link_target(const std::string& path) {
  char target[PATH_MAX];
  const ssize_t size = ::readlink(path.c_str(), target, sizeof target);
  if (size >= 0) return std::string(target, static_cast<size_t>(size));
  return errno == ENOENT ? std::nullopt : std::optional<std::string>("");
}

/// Arguments with a blank between them.
std::string command_line(std::string text) {
  while (!text.empty() && text.back() == '\0') text.pop_back();
  std::replace(text.begin(), text.end(), '\0', ' ');
  if (text.size() > kCommandBytesMax) text.resize(kCommandBytesMax);
  return text;
}

/// The real user's, out of the file `status`.
std::string uid_of(std::string_view status) {
  constexpr std::string_view kLine = "\nUid:\t";
  const size_t at = status.find(kLine);
  if (at == std::string_view::npos) return {};
  const std::string_view ids = status.substr(at + kLine.size());
  return std::string(ids.substr(0, ids.find_first_of("\t\n")));
}

std::string user_name(const std::string& uid) {
  passwd entry{};
  passwd* found = nullptr;
  char buffer[4096];
  const auto number = static_cast<uid_t>(std::strtoul(uid.c_str(), nullptr, 10));
  if (::getpwuid_r(number, &entry, buffer, sizeof buffer, &found) != 0 || !found) return {};
  return found->pw_name;
}

/// The path of the unified hierarchy, or of the first one.
std::string cgroup_path(std::string_view cgroups) {
  size_t at = cgroups.find("0::");
  if (at != 0 && (at == std::string_view::npos || cgroups[at - 1] != '\n')) at = 0;
  const std::string_view line = cgroups.substr(at, cgroups.substr(at).find('\n'));
  const size_t path = line.find(":/");
  return path == std::string_view::npos ? std::string() : std::string(line.substr(path + 1));
}

std::optional<Target> read_process(const std::string& folder, const std::string& pid,
                                   const DiscoverConfig& wanted) {
  Target::Labels labels{{std::string(kProcessLabel), pid}};
  // Processes write what they like, and labels are UTF-8.
  const auto set = [&](const char* name, std::string value) {
    if (!value.empty() && base::is_utf8(value)) labels[name] = std::move(value);
  };
  const auto read = [&](const char* name) {
    return base::read_file(folder + name, kFileBytesMax).value_or(std::string());
  };
  const auto set_link = [&](const char* name, const std::string& path) {
    auto target = link_target(path);
    if (target) set(name, std::move(*target));
    return target.has_value();
  };
  if (wanted.exe && !set_link("__meta_process_exe", folder + "/exe")) return std::nullopt;
  if (wanted.cwd && !set_link("__meta_process_cwd", folder + "/cwd")) return std::nullopt;
  if (wanted.commandline) set("__meta_process_commandline", command_line(read("/cmdline")));
  if (wanted.container_id || wanted.cgroup_path) {
    const std::string cgroups = read("/cgroup");
    if (wanted.container_id) set("__container_id__", base::container_id(cgroups));
    if (wanted.cgroup_path) set("__meta_process_cgroup_path", cgroup_path(cgroups));
  }
  const std::string status = read("/status");
  if (status.empty()) return std::nullopt;  // It has ended.
  const std::string uid = uid_of(status);
  if (wanted.uid) set("__meta_process_uid", uid);
  if (wanted.username) set("__meta_process_username", user_name(uid));
  return Target(labels);
}

/// With the labels of `more` over those of `target`.
Target merged(const Target& target, const Target& more) {
  Target::Labels labels = target.labels();
  for (const auto& [name, value] : more) labels[name] = value;
  return Target(labels);
}

}  // namespace

Poller::Found list_processes(const std::string& proc, const DiscoverConfig& wanted) {
  std::error_code problem;
  Targets targets;
  for (const auto& folder : base::list_folder(proc, problem)) {
    const std::string pid = folder.filename().string();
    if (!std::ranges::all_of(pid, base::is_digit)) continue;
    if (auto target = read_process(folder.string(), pid, wanted))
      targets.push_back(std::move(*target));
  }
  if (problem) return {std::nullopt, fmt::format("{}: {}", proc, problem.message())};
  return {std::move(targets), {}};
}

Targets join_targets(const Targets& processes, const Targets& join) {
  std::map<std::string_view, const Target*> by_pid, by_container;
  for (const Target& target : join) {
    if (const auto pid = own_label(target, kProcessLabel); !pid.empty())
      by_pid[pid] = &target;
    else if (const auto id = container_of(target); !id.empty())
      by_container[id] = &target;
  }
  Targets found;
  std::map<std::string_view, const Target*> alone = by_pid;
  for (const Target& process : processes) {
    const std::string_view pid = own_label(process, kProcessLabel);
    if (const auto same = by_pid.find(pid); same != by_pid.end()) {
      alone.erase(pid);
      found.push_back(merged(process, *same->second));
      continue;
    }
    const auto same = by_container.find(container_of(process));
    found.push_back(same == by_container.end() ? process : merged(process, *same->second));
  }
  Targets all;
  for (const Target& target : join) {
    const std::string_view pid = own_label(target, kProcessLabel);
    if (pid.empty() || alone.contains(pid)) all.push_back(target);
  }
  all.insert(all.end(), found.begin(), found.end());
  return all;
}

ProcessDiscovery::ProcessDiscovery(Context context, const Arguments& arguments)
    : Discovery(std::move(context), kSignature, arguments),
      failures_(this->context().metrics.counter("prometheus_sd_refresh_failures_total",
                                                "Listings of processes that failed.",
                                                {{"mechanism", "process"}})) {}

base::Result<std::shared_ptr<Search>> ProcessDiscovery::make(const Arguments& arguments) {
  return std::make_shared<Poller>(
      *context().loop,
      Poller::Options{.interval = arguments.refresh_interval.value,
                      .look =
                          [wanted = arguments.discover_config, join = arguments.join] {
                            Poller::Found found = list_processes("/proc", wanted);
                            if (found.targets && !join.empty())
                              found.targets = join_targets(*found.targets, join);
                            return found;
                          },
                      .on_targets = on_targets(),
                      .failures = failures_,
                      .log = context().log});
}

}  // namespace components::discovery::process
