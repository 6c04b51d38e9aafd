#include "river/schema/regex.h"

#include <re2/re2.h>

#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "base/mutex.h"

namespace river::schema {

namespace {

/// `(?<name>` as Go reads it since 1.22, in the spelling that every RE2 knows: `(?P<name>`. Escaped
/// characters, \Q...\E and classes are left alone.
std::string with_named_groups(std::string_view pattern) {
  std::string out;
  bool in_class = false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const std::string_view rest = pattern.substr(i);
    size_t size = 1;
    if (rest.starts_with("\\Q"))
      size = std::min(rest.size(), rest.find("\\E"));
    else if (rest.front() == '\\')
      size = std::min<size_t>(rest.size(), 2);
    else if (in_class)
      in_class = rest.front() != ']';
    else if (rest.front() == '[')
      // A bracket behind the opening one, or behind its ^, is a member.
      in_class = true, size = rest.starts_with("[^]") ? 3 : rest.starts_with("[]") ? 2 : 1;
    else if (rest.starts_with("(?<") && !rest.starts_with("(?<=") && !rest.starts_with("(?<!"))
      out += "(?P", i += 2, size = 1;
    out += pattern.substr(i, size);
    i += size - 1;
  }
  return out;
}

class Cache {
 public:
  std::shared_ptr<const re2::RE2> get(const std::string& pattern) {
    const base::Lock lock(mutex_);
    if (const auto found = programs_.find(pattern); found != programs_.end()) return found->second;
    re2::RE2::Options options;
    options.set_log_errors(false);
    auto program = std::make_shared<const re2::RE2>(with_named_groups(pattern), options);
    if (!program->ok()) return program;
    if (programs_.size() >= kProgramsMax) make_room();
    programs_.emplace(pattern, program);
    return program;
  }

 private:
  static constexpr size_t kProgramsMax = 256;

  /// Drops what nobody else holds; if all are held, they live on without the cache.
  void make_room() REQUIRES_LOCK(mutex_) {
    std::erase_if(programs_, [](const auto& entry) { return entry.second.use_count() == 1; });
    if (programs_.size() >= kProgramsMax) programs_.clear();
  }

  base::Mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const re2::RE2>> programs_ GUARDED_BY(mutex_);
};

}  // namespace

std::shared_ptr<const re2::RE2> compile_regex(const std::string& pattern) {
  static Cache cache;
  return cache.get(pattern);
}

}  // namespace river::schema
