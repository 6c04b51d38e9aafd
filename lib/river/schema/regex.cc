#include "river/schema/regex.h"

#include <re2/re2.h>

#include <unordered_map>

#include "base/mutex.h"

namespace river::schema {

namespace {

class Cache {
 public:
  std::shared_ptr<const re2::RE2> get(const std::string& pattern) {
    const base::Lock lock(mutex_);
    if (const auto found = programs_.find(pattern); found != programs_.end()) return found->second;
    re2::RE2::Options options;
    options.set_log_errors(false);
    auto program = std::make_shared<const re2::RE2>(pattern, options);
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
