#include "compiler/migrate/streams/compose.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

#include "base/files.h"
#include "compiler/migrate/streams/jinja.h"
#include "compiler/migrate/streams/sample.h"
#include "compiler/yaml/yaml.h"
#include "river/diag/render.h"

namespace compiler::migrate::streams {

namespace fs = std::filesystem;
namespace yaml = compiler::yaml;

namespace {

constexpr int64_t kReplicasMax = 100;
constexpr size_t kComposeBytesMax = size_t{4} << 20;

bool is_compose_name(const std::string& name) {
  static const re2::RE2 pattern("(docker-)?compose([.-][\\w.-]+)?\\.ya?ml(\\.j2)?");
  return re2::RE2::FullMatch(name, pattern);
}

const yaml::Node* find(const yaml::Node* map, std::string_view key) {
  const yaml::Pair* pair =
      map != nullptr && map->kind == yaml::Kind::map ? map->find(key) : nullptr;
  return pair != nullptr ? pair->value : nullptr;
}

std::string text(const yaml::Node* node) {
  if (node == nullptr) return {};
  return std::string(yaml::as_text(*node).value_or(""));
}

/// Reads one file; the project of one branch of its templates.
class ProjectReader {
 public:
  ProjectReader(const PlainTemplate& plain, const river::diag::SourceMap& sources)
      : plain_(plain), sources_(sources) {}

  void read(const yaml::Node& root, ComposeProject& project) const {
    if (const yaml::Node* name = find(&root, "name")) {
      project.name = is_open(text(name)) ? "" : text(name);
      project.name_is_guessed = false;
    }
    project.may_have_more = find(&root, "include") != nullptr;
    const yaml::Node* services = find(&root, "services");
    if (services == nullptr) return;
    for (const yaml::Pair& pair : services->pairs) {
      const bool has_profiles = find(pair.value, "profiles") != nullptr;
      const bool extends = find(pair.value, "extends") != nullptr;
      project.may_differ = project.may_differ || has_profiles || extends;
      if (replicas(pair.value) != 0) project.services.push_back(service(pair, project.name));
    }
  }

 private:
  /// Whether a text depends on Jinja or on the environment: ${NAME:-foo}, $NAME. $$ is a dollar.
  bool is_open(const std::string& text) const {
    static const re2::RE2 variable(R"((?:^|[^$])(?:\$\$)*\$[A-Za-z_{])");
    return plain_.has_expression(text) || re2::RE2::PartialMatch(text, variable);
  }

  static int64_t replicas(const yaml::Node* map) {
    const yaml::Node* wanted = find(find(map, "deploy"), "replicas");
    if (wanted == nullptr) wanted = find(map, "scale");
    return wanted != nullptr ? yaml::as_int(*wanted).value_or(1) : 1;
  }

  ComposeService service(const yaml::Pair& pair, const std::string& project) const {
    ComposeService out;
    out.name = pair.key;
    const yaml::Node* map = pair.value;
    if (std::string name = text(find(map, "container_name")); is_open(name)) {
      out.has_own_name = true;
    } else if (!name.empty()) {
      re2::RE2::GlobalReplace(&name, R"(\$\$)", "$");
      out.container_names = {name};
    } else if (find(map, "extends") != nullptr) {
      out.has_own_name = true;
    } else {
      add_replicas(map, project, out);
    }
    if (const yaml::Node* logging = find(map, "logging")) {
      if (const yaml::Node* driver = find(logging, "driver")) {
        out.log_driver = text(driver);
        out.log_driver_place = place_of(sources_, driver->span);
      }
      out.syslog_address = plain_.restored(text(find(find(logging, "options"), "syslog-address")));
    }
    add_labels(find(map, "labels"), out);
    return out;
  }

  void add_replicas(const yaml::Node* map, const std::string& project, ComposeService& out) const {
    const int64_t count = replicas(map);
    if (count < 2 || project.empty()) return;
    for (int64_t i = 1; i <= std::min(count, kReplicasMax); ++i)
      out.container_names.push_back(fmt::format("{}-{}-{}", project, out.name, i));
  }

  /// A map, or a list of "name=value".
  void add_labels(const yaml::Node* labels, ComposeService& out) const {
    if (labels == nullptr) return;
    const auto add = [&](std::string name, std::string value) {
      if (!is_open(name) && !is_open(value)) out.labels.emplace(std::move(name), std::move(value));
    };
    for (const yaml::Pair& pair : labels->pairs) add(std::string(pair.key), text(pair.value));
    for (const yaml::Node* item : labels->items) {
      const std::string one = text(item);
      const size_t equals = std::min(one.find('='), one.size());
      add(one.substr(0, equals), one.substr(std::min(equals + 1, one.size())));
    }
  }

  const PlainTemplate& plain_;
  const river::diag::SourceMap& sources_;
};

/// What the other branches of a template say of drivers comes to the services that lack it.
void take_branch(const ComposeProject& other, ComposeProject& project) {
  for (const ComposeService& theirs : other.services) {
    const auto own = std::find_if(project.services.begin(), project.services.end(),
                                  [&](const ComposeService& s) { return s.name == theirs.name; });
    if (own == project.services.end()) {
      project.services.push_back(theirs);
    } else if (own->log_driver != "syslog" && theirs.log_driver == "syslog") {
      own->log_driver = theirs.log_driver;
      own->log_driver_place = theirs.log_driver_place;
      own->syslog_address = theirs.syslog_address;
    }
  }
}

/// compose.override.yaml, docker-compose.override.yml.
bool is_override(const fs::path& path) {
  return path.filename().string().find(".override.") != std::string::npos;
}

/// What an override says comes before what the file beside it says.
void take_override(const ComposeProject& other, ComposeProject& project) {
  for (const ComposeService& theirs : other.services) {
    const auto own = std::find_if(project.services.begin(), project.services.end(),
                                  [&](const ComposeService& s) { return s.name == theirs.name; });
    if (own == project.services.end()) {
      project.services.push_back(theirs);
      continue;
    }
    if (theirs.has_own_name || !theirs.container_names.empty()) {
      own->has_own_name = theirs.has_own_name;
      own->container_names = theirs.container_names;
    }
    if (!theirs.log_driver.empty()) {
      own->log_driver = theirs.log_driver;
      own->log_driver_place = theirs.log_driver_place;
      own->syslog_address = theirs.syslog_address;
    }
    for (const auto& [name, value] : theirs.labels) own->labels.insert_or_assign(name, value);
  }
  project.may_have_more = project.may_have_more || other.may_have_more;
  project.may_differ = project.may_differ || other.may_differ;
}

/// A file that Compose reads unless it is told others: compose.yaml, docker-compose.yml.
bool is_standard(const fs::path& path) {
  static const re2::RE2 pattern("(docker-)?compose\\.ya?ml(\\.j2)?");
  return re2::RE2::FullMatch(path.filename().string(), pattern);
}

/// Of the files of one folder, in order, those that are projects of their own. Where there is one
/// that Compose reads by itself, an override is merged into it, and others (compose.prod.yaml) may
/// be.
void merge_folder(std::span<ComposeProject> files, std::vector<ComposeProject>& projects) {
  const auto standard = std::find_if(
      files.begin(), files.end(), [](const ComposeProject& one) { return is_standard(one.path); });
  if (standard == files.end()) {
    projects.insert(projects.end(), files.begin(), files.end());
    return;
  }
  for (const ComposeProject& other : files) {
    if (is_standard(other.path)) continue;
    if (is_override(other.path))
      take_override(other, *standard);
    else
      standard->may_have_more = true;
  }
  std::copy_if(files.begin(), files.end(), std::back_inserter(projects),
               [](const ComposeProject& one) { return is_standard(one.path); });
}

std::vector<ComposeProject> merged(std::vector<ComposeProject> files) {
  const auto folder = [](const ComposeProject& one) { return fs::path(one.path).parent_path(); };
  std::stable_sort(files.begin(), files.end(),
                   [&](const auto& a, const auto& b) { return folder(a) < folder(b); });
  std::vector<ComposeProject> projects;
  for (auto begin = files.begin(); begin != files.end();) {
    const auto end = std::find_if(begin, files.end(), [&](const ComposeProject& one) {
      return folder(one) != folder(*begin);
    });
    merge_folder({begin, end}, projects);
    begin = end;
  }
  return projects;
}

/// Where the project would have its name from.
std::string folder_name(const fs::path& path) {
  fs::path folder = fs::absolute(path).lexically_normal().parent_path();
  while (folder.filename() == "templates" || folder.filename() == "files")
    folder = folder.parent_path();
  return folder.filename().string();
}

base::Result<ComposeProject> read_branch(const fs::path& path, const PlainTemplate& plain) {
  river::diag::SourceMap sources;
  river::diag::Diagnostics found;
  const auto document = yaml::parse(sources.add(path.string(), plain.text), found);
  if (document->root == nullptr && found.has_errors())
    return base::fail("{}", river::diag::one_line(found.items().front(), sources));
  ComposeProject project;
  project.path = path.string();
  project.name = project_name(folder_name(path));
  project.name_is_guessed = path.extension() == ".j2";
  if (document->root != nullptr) ProjectReader(plain, sources).read(*document->root, project);
  return project;
}

/// Notes in `errors` why there is no project.
void read_file(const fs::path& path, ComposeFiles& out, std::vector<base::Error>& errors) {
  const auto source = base::read_file(path, kComposeBytesMax);
  if (!source) {
    errors.push_back(source.error());
    return;
  }
  const PlainTemplate first = without_jinja(*source, Branch::first);
  auto project = read_branch(path, first);
  if (!project) {
    errors.push_back(project.error());
    return;
  }
  if (first.has_branches)
    if (const auto last = read_branch(path, without_jinja(*source, Branch::last)))
      take_branch(*last, *project);
  out.projects.push_back(std::move(*project));
}

/// Compose files below a folder, in order.
std::vector<fs::path> compose_files(const fs::path& folder, ComposeFiles& out) {
  std::vector<fs::path> paths;
  std::error_code code;
  const auto options = fs::directory_options::skip_permission_denied;
  for (auto it = fs::recursive_directory_iterator(folder, options, code);
       !code && it != fs::recursive_directory_iterator(); it.increment(code))
    if (it->is_regular_file(code) && is_compose_name(it->path().filename().string()))
      paths.push_back(it->path());
  if (code) out.io_errors.push_back({fmt::format("{}: {}", folder.string(), code.message())});
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::string stem(std::string_view service) {
  std::string out(service);
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c == '-' || c == '.'; }, '_');
  return out;
}

/// It logs to `{{ SERVICE_syslog_port }}` or to the number.
bool logs_to(const ComposeProject& project, std::string_view service, int64_t port) {
  const re2::RE2 variable("\\b" + re2::RE2::QuoteMeta(stem(service)) + "_syslog_port\\b");
  return std::any_of(project.services.begin(), project.services.end(),
                     [&](const ComposeService& one) {
                       const std::string_view address = one.syslog_address;
                       return re2::RE2::PartialMatch(one.syslog_address, variable) ||
                              (port != 0 && address.ends_with(fmt::format(":{}", port)));
                     });
}

bool is_on_syslog(const ComposeService& service) {
  return service.log_driver == "syslog";
}

Container container_of(Container container, const ComposeService& composed) {
  container.component = composed.name;
  container.names = composed.container_names;
  container.has_own_name = composed.has_own_name;
  container.labels = composed.labels;
  return container;
}

}  // namespace

const ComposeProject* ComposeFiles::of(std::string_view service, int64_t port) const {
  for (const ComposeProject& project : projects)
    if (!project.name.empty() && stem(project.name) == stem(service)) return &project;
  for (const ComposeProject& project : projects)
    if (logs_to(project, service, port)) return &project;
  return nullptr;
}

ComposeFiles read_compose(const std::vector<fs::path>& folders) {
  ComposeFiles out;
  out.given = !folders.empty();
  std::vector<ComposeProject> projects;
  for (const fs::path& folder : folders) {
    std::error_code code;
    if (!fs::is_directory(folder, code))
      read_file(folder, out, out.io_errors);
    else
      for (const fs::path& path : compose_files(folder, out)) read_file(path, out, out.not_read);
    for (ComposeProject& one : merged(std::exchange(out.projects, {})))
      projects.push_back(std::move(one));
  }
  out.projects = std::move(projects);
  return out;
}

std::vector<Container> containers_of(std::string_view service, const ComposeProject* project) {
  Container one;
  one.service = service;
  if (project == nullptr)
    one.project = std::string(service);
  else if (!project->name.empty())
    one.project = project->name;
  if (project == nullptr || project->services.empty()) return {one};
  std::vector<Container> out;
  // Of a container with the driver `none` Docker keeps nothing.
  for (const ComposeService& composed : project->services)
    if (composed.log_driver != "none") out.push_back(container_of(one, composed));
  if (project->may_have_more) out.push_back(one);
  return out;
}

std::vector<Container> containers_beside_syslog(std::string_view service,
                                                const ComposeProject* project) {
  if (project == nullptr) return {};
  std::vector<Container> out = containers_of(service, project);
  // Where none says syslog, the daemon's default may: then all of them come by the listener.
  const auto& services = project->services;
  if (std::none_of(services.begin(), services.end(), is_on_syslog)) return {};
  std::erase_if(out, [&](const Container& container) {
    return !container.component ||
           std::any_of(services.begin(), services.end(), [&](const ComposeService& composed) {
             return composed.name == container.component && is_on_syslog(composed);
           });
  });
  return out;
}

void note_assumed_project(const ComposeProject* project, StreamFamily& family) {
  family.assumes_project = family.mechanism == Mechanism::docker && !family.service.empty() &&
                           (project == nullptr || project->name_is_guessed ||
                            project->may_have_more || project->may_differ);
}

std::string project_name(std::string_view folder) {
  std::string out;
  for (const char c : folder) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    const bool is_word = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9');
    if (is_word || (!out.empty() && (lower == '_' || lower == '-'))) out += lower;
  }
  return out;
}

}  // namespace compiler::migrate::streams
