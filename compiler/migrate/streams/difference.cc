#include "compiler/migrate/streams/difference.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "base/files.h"
#include "compiler/migrate/streams/compose.h"
#include "compiler/migrate/streams/pairing.h"
#include "compiler/migrate/streams/trace.h"

namespace compiler::migrate::streams {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kFile = "config.river";

/// One host's configuration in a folder, ready to be traced.
struct Config {
  std::vector<std::unique_ptr<river::ast::Tree>> trees;
  river::config::Program program;
};
using Configs = std::map<std::string, Config>;

/// The hosts of a folder; those with errors are added to `broken`.
base::Result<Configs> read_configs(const fs::path& folder,
                                   const compiler::emit::CheckOptions& check,
                                   compiler::emit::Run& run, std::set<std::string>& broken) {
  Configs out;
  std::error_code code;
  std::vector<fs::path> paths;
  for (fs::directory_iterator it(folder, code), end; !code && it != end; it.increment(code))
    if (fs::is_regular_file(it->path() / kFile, code)) paths.push_back(it->path());
  if (code) return base::fail("{}: {}", folder.string(), code.message());
  if (paths.empty()) return base::fail("{}: there is no HOST/{} in it", folder.string(), kFile);
  std::sort(paths.begin(), paths.end());
  for (const fs::path& path : paths) {
    auto text = base::read_file(path / kFile);
    if (!text) return tl::unexpected(text.error());
    river::diag::Diagnostics found;
    Config& config = out[path.filename().string()];
    config.trees =
        river::config::load({{(path / kFile).string(), std::move(*text)}}, run.sources, found);
    const river::ast::Tree* trees[] = {config.trees[0].get()};
    config.program = river::config::resolve(trees, check.catalog, check.stability, found);
    river::config::check(config.program, found);
    ++run.configs;
    if (found.has_errors()) {
      out.erase(path.filename().string());
      broken.insert(path.filename().string());
      run.diagnostics.append(std::move(found));
    }
  }
  return out;
}

/// What a listener's service is called: its one job, else its one service.
std::string listener_name(const StreamFamily& family) {
  for (const std::string_view label : {"job", "service"})
    if (const auto found = family.labels.find(label); found != family.labels.end() &&
                                                      found->second.open.empty() &&
                                                      found->second.exact.size() == 1)
      return found->second.exact[0];
  return {};
}

/// The port of a listener, as the family's origin ends; 0 when it cannot be told.
int64_t listener_port(const StreamFamily& family) {
  const size_t colon = family.origin.rfind(':');
  if (colon == std::string::npos) return 0;
  int64_t port = 0;
  const char* end = family.origin.data() + family.origin.size();
  const auto read = std::from_chars(family.origin.data() + colon + 1, end, port);
  return read.ec == std::errc() && read.ptr == end ? port : 0;
}

/// The services that log to listeners, with their ports: a Compose project of another name is known
/// by where it logs to.
using Listeners = std::map<std::string, int64_t>;
Listeners listeners(const std::string& host, const Config& config,
                    const river::diag::SourceMap& sources) {
  Listeners out;
  TraceQuestion question;
  question.host = host;
  for (const StreamFamily& family : families(config.program, sources, question))
    if (family.mechanism == Mechanism::syslog)
      out.emplace(listener_name(family), listener_port(family));
  out.erase("");
  return out;
}

/// Streams of one side. `all` are the services of both sides; of those with a listener of its own
/// it discovers the containers with another log driver.
std::vector<StreamFamily> side(const std::string& host, const Config& config, const Listeners& all,
                               const Listeners& own, const ComposeFiles& compose,
                               const river::diag::SourceMap& sources) {
  TraceQuestion question;
  question.host = host;
  for (const auto& [service, port] : all) {
    question.services.push_back(service);
    const ComposeProject* project = compose.of(service, port);
    for (Container& container : own.contains(service) ? containers_beside_syslog(service, project)
                                                      : containers_of(service, project))
      question.containers.push_back(std::move(container));
  }
  question.containers.push_back({});
  question.containers.push_back({.service = {}, .is_composed = false});
  std::vector<StreamFamily> out = families(config.program, sources, question);
  for (StreamFamily& family : out)
    if (family.mechanism == Mechanism::syslog) family.service = listener_name(family);
  return out;
}

}  // namespace

base::Result<Mapping> difference(const fs::path& from, const fs::path& to,
                                 const std::vector<fs::path>& compose_folders,
                                 const compiler::emit::CheckOptions& check,
                                 compiler::emit::Run& run) {
  std::set<std::string> broken;
  const auto before = read_configs(from, check, run, broken);
  if (!before) return tl::unexpected(before.error());
  const auto after = read_configs(to, check, run, broken);
  if (!after) return tl::unexpected(after.error());
  const ComposeFiles compose = read_compose(compose_folders);
  run.io_errors.insert(run.io_errors.end(), compose.io_errors.begin(), compose.io_errors.end());
  std::set<std::string> hosts;
  for (const auto* configs : {&*before, &*after})
    for (const auto& [host, config] : *configs) hosts.insert(host);
  static const Config kNone;
  Mapping mapping;
  for (const std::string& host : hosts) {
    if (broken.contains(host)) continue;  // Its errors are among the findings.
    const auto of = [&](const Configs& configs) -> const Config& {
      const auto found = configs.find(host);
      return found == configs.end() ? kNone : found->second;
    };
    const auto left = listeners(host, of(*before), run.sources);
    const auto right = listeners(host, of(*after), run.sources);
    Listeners all = left;
    all.insert(right.begin(), right.end());
    pair_up(host, side(host, of(*before), all, left, compose, run.sources),
            side(host, of(*after), all, right, compose, run.sources), mapping);
  }
  return mapping;
}

}  // namespace compiler::migrate::streams
