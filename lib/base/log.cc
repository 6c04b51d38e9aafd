#include "base/log.h"

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <ctime>
#include <iterator>

namespace base {
namespace log {
namespace {

std::atomic<Level> least_level{Level::info};
std::atomic<Format> line_format{Format::logfmt};

constexpr std::string_view level_name(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warn:
      return "warn";
    case Level::error:
      return "error";
  }
  return "";
}

/// A double-quoted string that both logfmt and JSON readers take.
void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  out += '"';
}

/// UTC, RFC 3339 with nanoseconds.
std::string timestamp() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  tm utc{};
  ::gmtime_r(&now.tv_sec, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z", utc.tm_year + 1900,
                     utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, now.tv_nsec);
}

}  // namespace

void configure(Level least, Format format) {
  least_level = least;
  line_format = format;
}

bool enabled(Level level) {
  return level >= least_level.load(std::memory_order_relaxed);
}

void write(Level level, std::string_view component_id, std::string_view message) {
  if (!enabled(level)) return;
  const bool json = line_format == Format::json;
  std::string line =
      json ? fmt::format(R"({{"ts":"{}","level":"{}")", timestamp(), level_name(level))
           : fmt::format("ts={} level={}", timestamp(), level_name(level));
  if (!component_id.empty()) {
    line += json ? ",\"component_id\":" : " component_id=";
    if (json)
      append_quoted(line, component_id);
    else
      line += component_id;
  }
  line += json ? ",\"msg\":" : " msg=";
  append_quoted(line, message);
  line += json ? "}\n" : "\n";
  // Nothing can be done about a failing stderr.
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace log

void Logger::emit(log::Level level, fmt::string_view format, fmt::format_args args) const {
  if (log::enabled(level)) log::write(level, component_id_, fmt::vformat(format, args));
}

}  // namespace base
