#pragma once
#include <chrono>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "io/glob.h"
#include "river/schema/codec.h"

namespace components {

/// Turns targets whose `__path__` is a pattern (and `__path_exclude__` another) into one target per
/// file that exists.
class PathTargets {
 public:
  /// Targets that cannot be used (no `__path__`, a malformed pattern) are left out and named in
  /// problem().
  PathTargets(const river::schema::Targets& patterns, std::chrono::nanoseconds ignore_older_than);

  struct Expansion {
    river::schema::Targets targets;  ///< labels of the pattern, `__path__` the absolute path
    std::set<std::string> folders;   ///< to watch for new files
  };
  using IsRead = std::function<bool(const std::string& path)>;
  /// What exists now, in the order of the patterns, then of the paths. `ignore_older_than` (0: off)
  /// leaves out files that were not written for so long, unless they are being read. A file that
  /// was found before stays while it cannot be seen whether it still exists.
  Expansion expand(const IsRead& is_read = nullptr);

  /// What is wrong with the patterns, or kept expand() from seeing files that it found before;
  /// empty when nothing is.
  const std::string& problem() const { return problem_.empty() ? unreadable_ : problem_; }

 private:
  struct Pattern {
    river::schema::Target labels;
    io::Glob path;
    io::Glob exclude;             // Matches nothing by default.
    std::set<std::string> files;  // Found by the last expand().
  };
  bool too_old(const std::string& path) const;

  std::vector<Pattern> patterns_;
  std::chrono::nanoseconds ignore_older_than_;
  std::string problem_;
  std::string unreadable_;
};

}  // namespace components
