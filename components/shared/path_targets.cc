#include "components/shared/path_targets.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <string_view>
#include <system_error>
#include <utility>

#include "components/shared/targets.h"

namespace components {
namespace {

/// The path itself, or what is in the folder.
bool lies_below(std::string_view path, std::string_view folder) {
  while (folder.ends_with('/')) folder.remove_suffix(1);
  if (!path.starts_with(folder)) return false;
  return path.size() == folder.size() || path[folder.size()] == '/';
}

}  // namespace

PathTargets::PathTargets(const river::schema::Targets& patterns,
                         std::chrono::nanoseconds ignore_older_than)
    : ignore_older_than_(ignore_older_than) {
  for (const auto& target : patterns) {
    const std::string path(own_label(target, "__path__"));
    const std::string exclude(own_label(target, "__path_exclude__"));
    auto path_glob = io::Glob::parse(path);
    auto exclude_glob =
        exclude.empty() ? base::Result<io::Glob>(io::Glob()) : io::Glob::parse(exclude);
    if (path.empty()) {
      problem_ = "a target has no __path__";
    } else if (!path_glob) {
      problem_ = "__path__: " + path_glob.error().message;
    } else if (!exclude_glob) {
      problem_ = "__path_exclude__: " + exclude_glob.error().message;
    } else {
      patterns_.push_back({target, std::move(*path_glob), std::move(*exclude_glob), {}});
    }
  }
}

PathTargets::Expansion PathTargets::expand(const IsRead& is_read) {
  Expansion expansion;
  unreadable_.clear();
  for (Pattern& pattern : patterns_) {
    io::Glob::Found found;
    pattern.path.expand(found);
    for (const auto& [path, code] : found.unreadable)
      for (const std::string& known : pattern.files)
        if (lies_below(known, path) && found.files.insert(known).second && unreadable_.empty())
          unreadable_ = fmt::format("cannot read {}: {}; the files found there before are kept",
                                    path, std::generic_category().message(code));
    pattern.files = found.files;
    expansion.folders.merge(found.folders);
    for (const std::string& path : found.files) {
      if (pattern.exclude.matches(path)) continue;
      if (too_old(path) && !(is_read && is_read(path))) continue;
      expansion.targets.push_back(pattern.labels.with("__path__", path));
    }
  }
  return expansion;
}

bool PathTargets::too_old(const std::string& path) const {
  if (ignore_older_than_.count() == 0) return false;
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return true;
  const auto written = std::chrono::seconds(status.st_mtim.tv_sec) +
                       std::chrono::nanoseconds(status.st_mtim.tv_nsec);
  return std::chrono::system_clock::now().time_since_epoch() - written > ignore_older_than_;
}

}  // namespace components
