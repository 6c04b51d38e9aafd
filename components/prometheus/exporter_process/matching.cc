#include "components/prometheus/exporter_process/matching.h"

#include <fmt/format.h>
#include <pwd.h>
#include <re2/re2.h>

#include <algorithm>
#include <ctime>

#include "components/prometheus/shared/words.h"

namespace components::prometheus::exporter_process {
namespace {

std::string_view base_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

std::string command_line(const Identity& identity) {
  std::string joined;
  for (const std::string& argument : identity.argv) {
    if (!joined.empty()) joined += ' ';
    joined += argument;
  }
  return joined;
}

/// The name of the effective user; its number when it has none.
std::string user_name(int pid, Tree& proc) {
  const auto status = proc.read(std::to_string(pid), "/status");
  if (!status) return {};
  std::string_view ids = value_of(*status, "Uid");
  next_word(ids);
  const auto uid = integer_of(next_word(ids));
  if (!uid) return {};
  passwd entry{};
  passwd* found = nullptr;
  char buffer[4096];
  if (::getpwuid_r(static_cast<uid_t>(*uid), &entry, buffer, sizeof buffer, &found) == 0 && found)
    return found->pw_name;
  return std::to_string(*uid);
}

/// The paths of its control groups, as Go prints a list: "[/a /b]".
std::string cgroups_of(int pid, Tree& proc) {
  auto text = proc.read(std::to_string(pid), "/cgroup");
  std::string list;
  std::string_view line;
  while (text && next_line(*text, line)) {
    take_until(line, ':');
    take_until(line, ':');
    if (!list.empty()) list += ' ';
    list += line;
  }
  return "[" + list + "]";
}

/// As Go prints a time.
std::string time_text(double seconds) {
  const auto whole = static_cast<std::time_t>(seconds);
  std::tm parts{};
  ::gmtime_r(&whole, &parts);
  char text[64];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S +0000 UTC", &parts)};
}

}  // namespace

Matching::Matching(const std::vector<Matcher>& matchers) {
  for (const Matcher& matcher : matchers) {
    Rule rule{matcher, {}};
    if (rule.matcher.name.empty()) rule.matcher.name = "{{.ExeBase}}";
    for (const auto& regex : matcher.cmdline)
      rule.cmdline.push_back(regex.compiled ? regex.compiled
                                            : std::make_shared<const re2::RE2>(regex.source));
    rules_.push_back(std::move(rule));
  }
}

std::optional<std::string> Matching::group_of(const Identity& identity, Tree& proc) {
  for (const Rule& rule : rules_) {
    Captures captures;
    if (fits(rule, identity, captures)) return filled(rule.matcher.name, identity, captures, proc);
  }
  return std::nullopt;
}

bool Matching::fits(const Rule& rule, const Identity& identity, Captures& captures) {
  const Matcher& matcher = rule.matcher;
  if (!matcher.comm.empty() && std::ranges::find(matcher.comm, identity.comm) == matcher.comm.end())
    return false;
  if (!matcher.exe.empty()) {
    if (identity.argv.empty()) return false;
    const std::string_view exe = identity.argv.front();
    const auto is_it = [&](const std::string& wanted) {
      return wanted == (wanted.find('/') == wanted.npos ? base_name(exe) : exe);
    };
    if (std::ranges::none_of(matcher.exe, is_it)) return false;
  }
  if (rule.cmdline.empty()) return true;
  const std::string line = command_line(identity);
  for (const auto& regex : rule.cmdline) {
    std::vector<re2::StringPiece> groups(
        1 + static_cast<size_t>(std::max(regex->NumberOfCapturingGroups(), 0)));
    if (!regex->Match(line, 0, line.size(), re2::RE2::UNANCHORED, groups.data(),
                      static_cast<int>(groups.size())))
      return false;
    for (const auto& [name, index] : regex->NamedCapturingGroups())
      captures[name] = std::string(groups[static_cast<size_t>(index)]);
  }
  return true;
}

std::string Matching::filled(std::string_view text, const Identity& identity,
                             const Captures& captures, Tree& proc) {
  std::string out;
  for (size_t at; (at = text.find("{{")) != text.npos;) {
    const size_t end = text.find("}}", at);
    if (end == text.npos) break;
    out += text.substr(0, at);
    out += field(trim(text.substr(at + 2, end - at - 2)), identity, captures, proc);
    text.remove_prefix(end + 2);
  }
  out += text;
  return out;
}

std::string Matching::field(std::string_view name, const Identity& identity,
                            const Captures& captures, Tree& proc) {
  const std::string& exe = identity.argv.empty() ? identity.comm : identity.argv.front();
  if (name == ".Comm") return identity.comm;
  if (name == ".ExeBase") return std::string(base_name(exe));
  if (name == ".ExeFull") return exe;
  if (name == ".PID") return std::to_string(identity.pid);
  if (name == ".Username") return user_name(identity.pid, proc);
  if (name == ".StartTime") return time_text(identity.start_seconds);
  if (name == ".Cgroups") return cgroups_of(identity.pid, proc);
  const auto found = captures.find(name.substr(std::string_view(".Matches.").size()));
  return found == captures.end() ? "<no value>" : found->second;
}

}  // namespace components::prometheus::exporter_process
