#pragma once
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace components::loki::source_file {

/// How many files all loki.source.file of the process hold open. They leave a part of the process's
/// descriptors to what else there is: a pattern that finds more files than there are descriptors
/// must not keep connections to the backend, listeners and the HTTP interface from being opened.
/// Thread safe.
class OpenFiles {
 public:
  /// Counts one while it lives.
  class Token {
   public:
    Token() { ++count(); }
    Token(Token&& other) noexcept : is_counted_(std::exchange(other.is_counted_, false)) {}
    Token& operator=(Token&& other) noexcept {
      std::swap(is_counted_, other.is_counted_);
      return *this;
    }
    ~Token() {
      if (is_counted_) --count();
    }

   private:
    bool is_counted_ = true;
  };

  static bool have_room() { return count() < most(); }
  /// So many may be open: the soft limit of now, without a quarter of it and kReserve at least.
  static size_t most() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return SIZE_MAX;
    const size_t all = limit.rlim_cur;
    return all - std::min(all, std::max(kReserve, all / 4));
  }

 private:
  static constexpr size_t kReserve = 64;

  static std::atomic<size_t>& count() {
    static std::atomic<size_t> open{0};
    return open;
  }
};

}  // namespace components::loki::source_file
