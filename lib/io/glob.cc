#include "io/glob.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <span>
#include <utility>

namespace io {
namespace {

constexpr size_t kDepthMax = 64;
constexpr std::string_view kAnyFolders = "**";

/// Length of the character class at the start of `pattern`, or npos when it is not closed.
size_t class_size(std::string_view pattern) {
  size_t at = 1;
  if (at < pattern.size() && (pattern[at] == '!' || pattern[at] == '^')) ++at;
  for (bool first = true; at < pattern.size(); ++at, first = false) {
    if (pattern[at] == ']' && !first) return at + 1;
    if (pattern[at] == '\\') ++at;
  }
  return std::string_view::npos;
}

bool class_contains(std::string_view members, char c) {
  bool negated = false;
  if (!members.empty() && (members.front() == '!' || members.front() == '^')) {
    negated = true;
    members.remove_prefix(1);
  }
  const auto take = [&] {
    if (members.front() == '\\' && members.size() > 1) members.remove_prefix(1);
    const char taken = members.front();
    members.remove_prefix(1);
    return static_cast<unsigned char>(taken);
  };
  const auto wanted = static_cast<unsigned char>(c);
  bool found = false;
  while (!members.empty()) {
    const auto low = take();
    auto high = low;
    if (members.size() > 1 && members.front() == '-') {
      members.remove_prefix(1);
      high = take();
    }
    if (low <= wanted && wanted <= high) found = true;
  }
  return found != negated;
}

/// Matches one pattern element other than `*` against `c`; the element's length, or 0.
size_t match_element(std::string_view pattern, char c) {
  if (pattern.front() == '?') return 1;
  if (pattern.front() == '[') {
    const size_t size = class_size(pattern);
    if (size != pattern.npos) return class_contains(pattern.substr(1, size - 2), c) ? size : 0;
  }
  if (pattern.front() == '\\' && pattern.size() > 1) return pattern[1] == c ? 2 : 0;
  return pattern.front() == c ? 1 : 0;
}

bool has_magic(std::string_view component) {
  return component.find_first_of("*?[\\") != component.npos;
}

/// Components against components; `**` backtracks like `*` does within a component.
bool components_match(std::span<const std::string> pattern, std::span<const std::string> path) {
  size_t at = 0, in = 0;
  std::optional<std::pair<size_t, size_t>> retry;
  while (in < path.size()) {
    if (at < pattern.size() && pattern[at] == kAnyFolders) {
      retry = {++at, in};
    } else if (at < pattern.size() && component_matches(pattern[at], path[in])) {
      ++at, ++in;
    } else if (retry) {
      at = retry->first;
      in = ++retry->second;
    } else {
      return false;
    }
  }
  while (at < pattern.size() && pattern[at] == kAnyFolders) ++at;
  return at == pattern.size();
}

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> components;
  while (!path.empty()) {
    const size_t slash = path.find('/');
    if (slash != 0) components.emplace_back(path.substr(0, slash));
    if (slash == path.npos) break;
    path.remove_prefix(slash + 1);
  }
  return components;
}

/// End of the brace group that opens at `open`, with the commas of its own level; npos: unclosed.
size_t close_of(std::string_view pattern, size_t open, std::vector<size_t>& commas) {
  int depth = 0;
  for (size_t i = open; i < pattern.size(); ++i) {
    if (pattern[i] == '\\') {
      ++i;
    } else if (pattern[i] == '{') {
      ++depth;
    } else if (pattern[i] == ',' && depth == 1) {
      commas.push_back(i);
    } else if (pattern[i] == '}' && --depth == 0) {
      return i;
    }
  }
  return std::string_view::npos;
}

size_t find_unescaped(std::string_view pattern, char wanted) {
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\') {
      ++i;
    } else if (pattern[i] == wanted) {
      return i;
    }
  }
  return std::string_view::npos;
}

/// pattern = prefix "{" alternative { "," alternative } "}" rest, spelled out.
base::Result<void> expand_braces(const std::string& pattern, std::vector<std::string>& out) {
  const size_t open = find_unescaped(pattern, '{');
  if (open == pattern.npos) {
    if (out.size() == Glob::kAlternativesMax)
      return base::fail("more than {} alternatives", Glob::kAlternativesMax);
    out.push_back(pattern);
    return {};
  }
  std::vector<size_t> ends;
  const size_t close = close_of(pattern, open, ends);
  if (close == pattern.npos) return base::fail("{{ is not closed");
  ends.push_back(close);
  size_t from = open + 1;
  for (const size_t end : ends) {
    auto one =
        pattern.substr(0, open) + pattern.substr(from, end - from) + pattern.substr(close + 1);
    if (auto done = expand_braces(one, out); !done) return done;
    from = end + 1;
  }
  return {};
}

/// One walk over the file system for one spelling of a pattern.
class Walk {
 public:
  explicit Walk(Glob::Found& found) : found_(found) {}

  void enter(const std::string& folder, std::span<const std::string> rest);

 private:
  void each_child(const std::string& folder, std::span<const std::string> rest);
  void take(const std::string& path, std::span<const std::string> rest);
  /// stat(2); what does not exist is no trouble.
  bool look(const std::string& path, struct stat& status);
  void note_trouble(const std::string& path);

  Glob::Found& found_;
  std::vector<std::pair<dev_t, ino_t>> way_;  // The folders entered, to notice loops.
};

/// `folder` ends with a slash.
void Walk::enter(const std::string& folder, std::span<const std::string> rest) {
  struct stat status {};
  if (way_.size() >= kDepthMax || !look(folder, status)) return;
  const std::pair identity(status.st_dev, status.st_ino);
  const bool again = std::find(way_.begin(), way_.end(), identity) != way_.end();
  if (!S_ISDIR(status.st_mode) || again) return;
  way_.push_back(identity);
  if (has_magic(rest.front())) {
    found_.folders.insert(folder);
    each_child(folder, rest);
  } else {
    take(folder + rest.front(), rest.subspan(1));
    if (rest.size() == 1 || ::access((folder + rest.front()).c_str(), F_OK) != 0)
      found_.folders.insert(folder);  // Where the named one would appear.
  }
  way_.pop_back();
}

/// nullptr at the end, or with errno set.
const dirent* next_child(DIR* directory) {
  errno = 0;
  return ::readdir(directory);
}

void Walk::each_child(const std::string& folder, std::span<const std::string> rest) {
  DIR* directory = ::opendir(folder.c_str());
  if (!directory) return note_trouble(folder);
  const bool any = rest.front() == kAnyFolders;
  while (const dirent* child = next_child(directory)) {
    const std::string_view name = child->d_name;
    if (name == "." || name == "..") continue;
    const std::string path = folder + std::string(name);
    const bool may_be_folder =
        child->d_type == DT_DIR || child->d_type == DT_LNK || child->d_type == DT_UNKNOWN;
    if (!any) {
      if (component_matches(rest.front(), name)) take(path, rest.subspan(1));
      continue;
    }
    if (may_be_folder) enter(path + "/", rest);
    // `**` may stand for no folder at all: the child against what follows.
    const auto after = rest.subspan(1);
    if (after.empty())
      take(path, after);
    else if (after.front() != kAnyFolders && component_matches(after.front(), name))
      take(path, after.subspan(1));
  }
  if (errno != 0) note_trouble(folder);
  ::closedir(directory);
}

/// `path` matched a component; `rest` is still to match below it.
void Walk::take(const std::string& path, std::span<const std::string> rest) {
  if (!rest.empty()) return enter(path + "/", rest);
  struct stat status {};
  if (look(path, status) && !S_ISDIR(status.st_mode)) found_.files.insert(path);
}

bool Walk::look(const std::string& path, struct stat& status) {
  if (::stat(path.c_str(), &status) == 0) return true;
  note_trouble(path);
  return false;
}

void Walk::note_trouble(const std::string& path) {
  if (errno != ENOENT && errno != ENOTDIR && errno != ELOOP) found_.unreadable[path] = errno;
}

}  // namespace

bool component_matches(std::string_view pattern, std::string_view text) {
  size_t at = 0, in = 0;
  std::optional<std::pair<size_t, size_t>> retry;
  while (in < text.size()) {
    if (at < pattern.size() && pattern[at] == '*') {
      retry = {++at, in};
    } else if (const size_t n =
                   at < pattern.size() ? match_element(pattern.substr(at), text[in]) : 0) {
      at += n;
      ++in;
    } else if (retry) {
      at = retry->first;
      in = ++retry->second;
    } else {
      return false;
    }
  }
  while (at < pattern.size() && pattern[at] == '*') ++at;
  return at == pattern.size();
}

base::Result<Glob> Glob::parse(std::string_view pattern) {
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\') {
      ++i;
    } else if (pattern[i] == '[') {
      const size_t size = class_size(pattern.substr(i));
      if (size == pattern.npos) return base::fail("[ is not closed in \"{}\"", pattern);
      i += size - 1;
    }
  }
  std::vector<std::string> spellings;
  if (auto done = expand_braces(std::string(pattern), spellings); !done)
    return base::fail("{} in \"{}\"", done.error().message, pattern);
  Glob glob;
  std::error_code ignored;
  const auto here = std::filesystem::current_path(ignored);
  for (const std::string& spelling : spellings) {
    auto components = split((here / spelling).lexically_normal().string());
    // Repeated ** say nothing more.
    const auto repeated = std::unique(
        components.begin(), components.end(),
        [](const auto& a, const auto& b) { return a == kAnyFolders && b == kAnyFolders; });
    components.erase(repeated, components.end());
    if (!components.empty()) glob.alternatives_.push_back(std::move(components));
  }
  return glob;
}

bool Glob::matches(std::string_view path) const {
  const auto components = split(path);
  return std::any_of(alternatives_.begin(), alternatives_.end(), [&](const Components& pattern) {
    return components_match(pattern, components);
  });
}

void Glob::expand(Found& found) const {
  for (const Components& components : alternatives_) Walk(found).enter("/", components);
}

}  // namespace io
