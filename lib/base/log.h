#pragma once
#include <fmt/format.h>

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
/// in one write(2). Thread safe. Never call it once per log record: count those.
void write(Level level, std::string_view component_id, std::string_view message);

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
