#pragma once
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "migrate/labels/trace.h"

namespace migrate {

/// A service of a compose file.
struct ComposeService {
  std::string name;
  std::vector<std::string> container_names;  ///< without "/", one for each replica
  std::map<std::string, std::string> labels;
  std::string log_driver;        ///< empty: the daemon's default
  std::string log_driver_place;  ///< "docker-compose.yml:12:7"
  std::string syslog_address;    ///< of the options, templates as they are
};

/// A compose file, or a template of one.
struct ComposeProject {
  std::string name;  ///< `name:`, else the folder's; Compose's spelling
  std::string path;  ///< as shown to people
  std::vector<ComposeService> services;
};

struct ComposeFiles {
  bool given = false;
  std::vector<ComposeProject> projects;  ///< by path
  std::vector<base::Error> io_errors;    ///< files that could not be read or understood

  /// The project that a service of the inventory runs in: the one that sends to its syslog port,
  /// has its name, or lies in a folder of its name. nullptr: none is known.
  const ComposeProject* of(std::string_view service, int64_t port) const;
};

/// Reads compose.yaml, docker-compose.yml and their like, and templates of them (.j2), below
/// folders, or files as they are given. Jinja is not run: blocks {% %} are left out, expressions
/// {{ }} count as unknown text.
ComposeFiles read_compose(const std::vector<std::filesystem::path>& folders);

/// Containers of a service of the inventory. Without a project: one that is called as the service.
std::vector<Container> containers_of(std::string_view service, const ComposeProject* project);

}  // namespace migrate
