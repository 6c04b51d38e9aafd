#pragma once
#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace base::log {

enum class Level { debug, info, warn, error };
enum class Format { logfmt, json };

/// Least level that is written, and in which format. Default: info, logfmt. Thread safe.
void configure(Level least, Format format);

/// Whether a line of this level would be written.
bool enabled(Level level);

/// Writes one line with the keys ts, level, component_id (when not empty) and msg to stderr,
/// in one write(2); with its priority in front when stderr is the journal. Bytes that are not UTF-8
/// become U+FFFD. Thread safe. Never call it once per log record: count those.
void write(Level level, std::string_view component_id, std::string_view message);

/// One line before it is formatted. The views are valid during the call.
struct Record {
  int64_t time_ns = 0;  ///< since the Unix epoch
  Level level = Level::info;
  std::string_view component_id;
  std::string_view message;
};

/// "debug", "info", "warn", "error".
std::string_view level_name(Level level);
/// What write() writes, with its line feed.
std::string format_line(const Record& record, Format format);

/// Also gets every line that is written; nullptr ends that. It is called by whichever thread logs,
/// one call at a time: it must not block and must not log. When set_tap() returns, no call of the
/// one before is under way.
using Tap = std::function<void(const Record&)>;
void set_tap(Tap tap);

/// Of lines of one Logger with the same format string, at most kSameMax are written in
/// kSameInterval; one line then says how many were suppressed.
inline constexpr size_t kSameMax = 20;
inline constexpr std::chrono::seconds kSameInterval{10};
/// Says now what is suppressed so far: before the process ends, and in tests.
void flush();

}  // namespace base::log

namespace base {

/// A component's own voice in the agent's log; cheap to copy.
class Logger {
 public:
  explicit Logger(std::string component_id = "") : component_id_(std::move(component_id)) {}

  template <class... Args>
  void debug(fmt::format_string<Args...> format, Args&&... args) const {
    emit(log::Level::debug, format, fmt::make_format_args(args...));
  }
  template <class... Args>
  void info(fmt::format_string<Args...> format, Args&&... args) const {
    emit(log::Level::info, format, fmt::make_format_args(args...));
  }
  template <class... Args>
  void warn(fmt::format_string<Args...> format, Args&&... args) const {
    emit(log::Level::warn, format, fmt::make_format_args(args...));
  }
  template <class... Args>
  void error(fmt::format_string<Args...> format, Args&&... args) const {
    emit(log::Level::error, format, fmt::make_format_args(args...));
  }

 private:
  void emit(log::Level level, fmt::string_view format, fmt::format_args args) const;

  std::string component_id_;
};

}  // namespace base
