#include "compiler/migrate/streams/mapping.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "base/files.h"
#include "base/text.h"
#include "compiler/migrate/streams/compose.h"
#include "compiler/migrate/streams/family.h"
#include "compiler/migrate/streams/state.h"
#include "compiler/migrate/streams/trace.h"
#include "compiler/yaml/yaml.h"
#include "river/diag/diagnostics.h"
#include "telemetry/text.h"

/// A mapping written by hand, for agents whose configuration is not River:
///
///     hosts:
///       puck:
///         kairos:
///           before: {job: kairos, host: puck, container_name: "kairos-*"}
///           after: {service: kairos, component: [app, worker], container: "kairos-*-1"}
///         nginx:
///           before:
///             - {job: nginx, stream: [stdout, stderr]}
///             - {job: nginx-errors}
///           after: []
///     unchanged:
///       - {job: systemd, unit: "*"}
///
/// before and after are a label map or a list of them, one for each kind of stream; an empty list
/// says that nothing comes (any more). A value is a text, or a list of the texts that it can be; *
/// stands for any text that is not empty, \* for a star, and "" says that the label may be absent.
/// A label that is not written is never there; Loki's service_name is added.
namespace compiler::migrate::streams {

namespace yaml = compiler::yaml;
using river::diag::Diagnostics;

namespace {

constexpr size_t kMapBytesMax = size_t{16} << 20;

/// The texts around each star.
OpenValue split_at_stars(std::string_view text) {
  OpenValue out{{""}};
  for (size_t i = 0; i < text.size(); ++i) {
    const bool is_escaped =
        text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '*' || text[i + 1] == '\\');
    if (is_escaped)
      out.literals.back() += text[++i];
    else if (text[i] == '*')
      out.literals.emplace_back();
    else
      out.literals.back() += text[i];
  }
  return out;
}

class MapReader {
 public:
  MapReader(std::string name, Diagnostics& diagnostics)
      : name_(std::move(name)), diagnostics_(diagnostics) {}

  Mapping read(const yaml::Node& root) {
    Mapping out;
    if (!is_map(root, "a mapping of labels")) return out;
    check_keys(root, {"hosts", "unchanged"});
    if (const yaml::Pair* hosts = root.find("hosts");
        hosts != nullptr && is_map(*hosts->value, "hosts"))
      for (const yaml::Pair& host : hosts->value->pairs) read_host(host, out);
    if (const yaml::Pair* unchanged = root.find("unchanged"))
      out.unchanged = families(*unchanged->value, "", "");
    return out;
  }

 private:
  bool is_map(const yaml::Node& node, std::string_view what) {
    if (node.kind == yaml::Kind::map) return true;
    diagnostics_.error("F004", node.span, "{} must be a map, not {}", what, yaml::describe(node));
    return false;
  }

  void check_keys(const yaml::Node& map, const std::vector<std::string_view>& known) {
    for (const yaml::Pair& pair : map.pairs) {
      if (std::find(known.begin(), known.end(), pair.key) != known.end()) continue;
      auto& problem =
          diagnostics_.error("F005", pair.key_span, "a mapping has no key \"{}\" here", pair.key);
      if (const auto near = river::diag::did_you_mean(pair.key, known); !near.empty())
        problem.with_help(fmt::format("did you mean \"{}\"?", near));
    }
  }

  void read_host(const yaml::Pair& host, Mapping& out) {
    if (!is_map(*host.value, host.key)) return;
    for (const yaml::Pair& service : host.value->pairs) {
      if (!is_map(*service.value, service.key)) continue;
      check_keys(*service.value, {"before", "after"});
      Change change{std::string(host.key), std::string(service.key), {}, {}};
      for (const auto& [key, families_of_key] :
           {std::pair{"before", &change.before}, {"after", &change.after}}) {
        if (const yaml::Pair* pair = service.value->find(key))
          *families_of_key = families(*pair->value, host.key, service.key);
        else
          diagnostics_.error("F006", service.value->span, "\"{}\" is missing here", key)
              .with_help("an empty list means that no lines come");
      }
      out.changes.push_back(std::move(change));
    }
  }

  std::vector<StreamFamily> families(const yaml::Node& node, std::string_view host,
                                     std::string_view service) {
    std::vector<StreamFamily> out;
    std::vector<const yaml::Node*> maps(node.items.begin(), node.items.end());
    if (node.kind != yaml::Kind::list) maps = {&node};
    for (const yaml::Node* map : maps) {
      if (!is_map(*map, "labels")) continue;
      StreamFamily& family = out.emplace_back();
      family.host = host;
      family.service = service;
      family.mechanism = Mechanism::foreign;
      family.origin = name_;
      for (const yaml::Pair& label : map->pairs) {
        if (!base::is_label_name(label.key))
          diagnostics_.error("C024", label.key_span, "\"{}\" is not a label name", label.key);
        family.labels.emplace(label.key, values(label));
      }
      add_service_name(family);
    }
    return out;
  }

  Values values(const yaml::Pair& label) {
    Values out;
    std::vector<const yaml::Node*> texts(label.value->items.begin(), label.value->items.end());
    if (label.value->kind != yaml::Kind::list) texts = {label.value};
    if (texts.empty())
      diagnostics_.error("F004", label.value->span, "{} needs at least one text", label.key);
    for (const yaml::Node* node : texts) {
      const auto text = yaml::as_text(*node);
      if (!text) {
        diagnostics_
            .error("F004", node->span, "{} must be text, not {}", label.key, yaml::describe(*node))
            .with_help("put it in quotes");
        continue;
      }
      OpenValue value = split_at_stars(*text);
      if (value.literals.size() == 1)
        out.exact.push_back(std::move(value.literals[0]));
      else
        out.open.push_back(std::move(value));
    }
    return out;
  }

  std::string name_;
  Diagnostics& diagnostics_;
};

}  // namespace

base::Result<Mapping> read_map(const std::filesystem::path& file, compiler::emit::Run& run) {
  auto text = base::read_file(file, kMapBytesMax);
  if (!text) return tl::unexpected(text.error());
  const auto& source = run.sources.add(file.string(), std::move(*text));
  const auto document = yaml::parse(source, run.diagnostics);
  if (document->root == nullptr) {
    if (run.diagnostics.has_errors()) return base::fail("{} is not valid", file.string());
    return Mapping();
  }
  Diagnostics found;
  Mapping mapping = MapReader(file.string(), found).read(*document->root);
  const bool is_valid = !found.has_errors();
  run.diagnostics.append(std::move(found));
  if (!is_valid) return base::fail("{} is not valid", file.string());
  return mapping;
}

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
Listeners listeners(const std::string& host, const river::config::Program& program,
                    const river::diag::SourceMap& sources) {
  Listeners out;
  TraceQuestion question;
  question.host = host;
  for (const StreamFamily& family : outflow(program, sources, question).families)
    if (family.mechanism == Mechanism::syslog)
      out.emplace(listener_name(family), listener_port(family));
  out.erase("");
  return out;
}

/// Streams of one side. `all` are the services of both sides; of those with a listener of its own
/// it discovers the containers with another log driver.
Outflow side(const std::string& host, const river::config::Program& program, const Listeners& all,
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
  Outflow out = outflow(program, sources, question);
  for (StreamFamily& family : out.families) {
    if (family.mechanism == Mechanism::syslog) family.service = listener_name(family);
    const auto port = all.find(family.service);
    note_assumed_project(compose.of(family.service, port != all.end() ? port->second : 0), family);
  }
  return out;
}

void add_host(const std::string& host, const river::config::Program& before,
              const river::config::Program& after, const ComposeFiles& compose,
              const river::diag::SourceMap& sources, Mapping& mapping) {
  const auto left = listeners(host, before, sources);
  const auto right = listeners(host, after, sources);
  Listeners all = left;
  all.insert(right.begin(), right.end());
  pair_up(host, side(host, before, all, left, compose, sources),
          side(host, after, all, right, compose, sources), mapping);
}

}  // namespace

void add_difference(const std::string& host, const river::config::Program& before,
                    const river::config::Program& after, const river::diag::SourceMap& sources,
                    Mapping& mapping) {
  static const ComposeFiles kNone;
  add_host(host, before, after, kNone, sources, mapping);
}

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
    if (broken.contains(host)) {  // Its errors are among the findings.
      mapping.missing.push_back({host, "errors in a compiled configuration"});
      continue;
    }
    const auto of = [&](const Configs& configs) -> const Config& {
      const auto found = configs.find(host);
      return found == configs.end() ? kNone : found->second;
    };
    add_host(host, of(*before).program, of(*after).program, compose, run.sources, mapping);
  }
  return mapping;
}

}  // namespace compiler::migrate::streams
