#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "compiler/migrate/streams/trace.h"

namespace compiler::migrate::streams {

/// A service of a compose file.
struct ComposeService {
  std::string name;
  std::vector<std::string> container_names;  ///< without "/", when there is more than the default
  bool has_own_name = false;  ///< container_name depends on Jinja, ${...} or another file
  std::map<std::string, std::string> labels;  ///< those without Jinja
  std::string log_driver;                     ///< empty: the daemon's default
  std::string log_driver_place;               ///< "docker-compose.yml:12:7"
  std::string syslog_address;                 ///< of the options, Jinja as it is written
};

/// A compose file, or a template of one.
struct ComposeProject {
  std::string name;  ///< `name:`, else the folder's, as Compose spells it; empty: not known
  bool name_is_guessed = false;  ///< from a template's folder, which is not where it is deployed
  std::string path;              ///< as shown to people
  std::vector<ComposeService> services;  ///< those with at least one container
  /// `include`, or files beside it that Compose may be given too: there may be other services.
  bool may_have_more = false;
  /// Profiles, or `extends` from another file: which containers run, or how, is not known.
  bool may_differ = false;
};

struct ComposeFiles {
  bool given = false;
  std::vector<ComposeProject> projects;  ///< by path
  std::vector<base::Error> io_errors;    ///< paths that were given and cannot be read
  std::vector<base::Error> not_read;  ///< files below a folder that cannot be read or are not YAML

  /// The project that a service of the inventory runs in: the one of its name, or the one that logs
  /// to its syslog port. nullptr: none is known.
  const ComposeProject* of(std::string_view service, int64_t port) const;
};

/// Reads compose.yaml, docker-compose.yml and their like, and templates of them (.j2), below
/// folders; a file that is given itself may have any name. compose.override.yaml is merged into the
/// file that it stands beside. Jinja is not run: of {% if %} both
/// branches are looked at, loops count once, {{ }} is unknown text.
ComposeFiles read_compose(const std::vector<std::filesystem::path>& folders);

/// Containers of a service of the inventory whose lines Docker keeps. Without a project: one that
/// is called as the service.
std::vector<Container> containers_of(std::string_view service, const ComposeProject* project);

/// Of a service that logs by syslog: the containers of its project with another log driver, which
/// do not move. None when no container of the project is known to be on syslog.
std::vector<Container> containers_beside_syslog(std::string_view service,
                                                const ComposeProject* project);

/// The name that Compose gives a project in a folder of this name.
std::string project_name(std::string_view folder);

/// Notes on the streams of a service's containers that the name of its project is assumed.
void note_assumed_project(const ComposeProject* project, StreamFamily& family);

}  // namespace compiler::migrate::streams
