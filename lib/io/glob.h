#pragma once
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace io {

/// A path pattern: `*` and `?` within one component, `[a-z]`, `[!a]`, `{a,b}` (may nest and may
/// hold slashes), `**` as a whole component for any number of folders, `\` before a character taken
/// as it is. Hidden files match like others. Symbolic links are followed; a folder that contains
/// itself is entered once.
class Glob {
 public:
  /// Fails on an unclosed [ or {, and on more than kAlternativesMax spellings. A relative pattern
  /// counts from the working folder; `.` and `..` are resolved in the text.
  static base::Result<Glob> parse(std::string_view pattern);

  /// Whether an absolute path is of this pattern.
  bool matches(std::string_view path) const;

  struct Found {
    std::set<std::string> files;    ///< absolute; everything that is no folder
    std::set<std::string> folders;  ///< where a new file could add to `files`: watch these
    /// Exist, or may, but could not be looked at (no permission, a file system in trouble), by
    /// path, with the reason. Below them nothing was found.
    std::map<std::string, int> unreadable;
  };
  /// Adds what exists now.
  void expand(Found& found) const;

  static constexpr size_t kAlternativesMax = 1024;

 private:
  /// One spelling without braces, cut at the slashes.
  using Components = std::vector<std::string>;

  std::vector<Components> alternatives_;
};

/// Whether one path component matches a pattern without braces and slashes.
bool component_matches(std::string_view pattern, std::string_view text);

}  // namespace io
