#include "base/log.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

// The only inclusion of spdlog: its headers cost seconds.
#define SPDLOG_HEADER_ONLY
#define SPDLOG_FMT_EXTERNAL
#include <spdlog/formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/dist_sink.h>

#include "base/mutex.h"
#include "base/rfc3339.h"
#include "base/text.h"

namespace base {
namespace log {
namespace {

using spdlog::details::log_msg;

spdlog::level::level_enum spdlog_level(Level level) {
  switch (level) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warn:
      return spdlog::level::warn;
    case Level::error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

Level level_of(spdlog::level::level_enum level) {
  if (level >= spdlog::level::err) return Level::error;
  if (level == spdlog::level::warn) return Level::warn;
  return level == spdlog::level::info ? Level::info : Level::debug;
}

std::string_view view(spdlog::string_view_t text) {
  return {text.data(), text.size()};
}

/// The fields ts, level, component_id and msg, as logfmt or JSON.
class LineFormatter final : public spdlog::formatter {
 public:
  explicit LineFormatter(Format format) : format_(format) {}

  void format(const log_msg& message, spdlog::memory_buf_t& to) override {
    const std::string line = format_line(record_of(message), format_);
    to.append(line.data(), line.data() + line.size());
  }
  std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<LineFormatter>(format_);
  }
  static Record record_of(const log_msg& message) {
    const auto since = message.time.time_since_epoch();
    return {std::chrono::duration_cast<std::chrono::nanoseconds>(since).count(),
            level_of(message.level), view(message.logger_name), view(message.payload)};
  }

 private:
  Format format_;
};

/// Whether stderr is the journal's socket, as systemd says to the services that it starts.
bool stderr_is_journal() {
  const char* named = std::getenv("JOURNAL_STREAM");
  struct stat status {};
  if (named == nullptr || ::fstat(STDERR_FILENO, &status) != 0) return false;
  return fmt::format("{}:{}", status.st_dev, status.st_ino) == named;
}

/// One write(2) a line. For the journal each line begins with its priority as sd-daemon(3) has it,
/// which the journal takes off: `journalctl -p warning` then finds warnings.
class StderrSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  void look() { is_journal_ = stderr_is_journal(); }

 private:
  void sink_it_(const log_msg& message) override {
    spdlog::memory_buf_t line;
    if (is_journal_) {
      constexpr std::string_view kPriorities[] = {"<7>", "<6>", "<4>", "<3>"};
      const auto priority = kPriorities[static_cast<size_t>(level_of(message.level))];
      line.append(priority.data(), priority.data() + priority.size());
    }
    formatter_->format(message, line);
    // Nothing can be done about a failing stderr.
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
  }
  void flush_() override {}

  std::atomic<bool> is_journal_ = stderr_is_journal();
};

/// Hands records to a function.
class TapSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit TapSink(Tap tap) : tap_(std::move(tap)) {}

 private:
  void sink_it_(const log_msg& message) override { tap_(LineFormatter::record_of(message)); }
  void flush_() override {}

  Tap tap_;
};

/// Counts equal messages, so that a fault which repeats cannot fill a disk.
class RateLimit {
 public:
  struct Suppressed {
    Level level;
    std::string component_id, message;
    size_t count = 0;
  };

  /// Whether to write the message now. What was suppressed in an interval that is over is added
  /// to `over`.
  bool admit(Level level, std::string_view component_id, std::string_view key,
             std::string_view message, std::vector<Suppressed>& over) {
    const auto now = std::chrono::steady_clock::now();
    if (now >= next_sweep_ || windows_.size() >= kKeysMax) sweep(now, over);
    std::string id(component_id);
    id += '\0';
    id += key;
    const auto [found, is_new] = windows_.try_emplace(std::move(id));
    Window& window = found->second;
    if (is_new) window.ends = now + kSameInterval;
    next_sweep_ = std::min(next_sweep_, window.ends);
    if (++window.seen <= kSameMax) return true;
    window.suppressed = {level, std::string(component_id), std::string(message),
                         window.seen - kSameMax};
    return false;
  }

  void sweep(std::chrono::steady_clock::time_point now, std::vector<Suppressed>& over) {
    next_sweep_ = std::chrono::steady_clock::time_point::max();
    const bool is_full = windows_.size() >= kKeysMax;
    for (auto at = windows_.begin(); at != windows_.end();) {
      Window& window = at->second;
      if (!is_full && now < window.ends) {
        next_sweep_ = std::min(next_sweep_, window.ends);
        ++at;
        continue;
      }
      if (window.suppressed.count > 0) over.push_back(std::move(window.suppressed));
      at = windows_.erase(at);
    }
  }

 private:
  static constexpr size_t kKeysMax = 1024;
  struct Window {
    std::chrono::steady_clock::time_point ends;
    size_t seen = 0;
    Suppressed suppressed{};
  };

  std::unordered_map<std::string, Window> windows_;
  std::chrono::steady_clock::time_point next_sweep_ = std::chrono::steady_clock::time_point::max();
};

/// All of the process's logging. Never destroyed: threads may log to the last.
struct Output {
  Output() {
    to_stderr->set_formatter(std::make_unique<LineFormatter>(Format::logfmt));
    sinks.add_sink(to_stderr);
  }

  std::atomic<Level> least{Level::info};
  std::shared_ptr<StderrSink> to_stderr = std::make_shared<StderrSink>();
  spdlog::sinks::dist_sink_mt sinks;
  Mutex mutex;
  std::shared_ptr<TapSink> tap GUARDED_BY(mutex);
  RateLimit rate GUARDED_BY(mutex);
};

Output& output() {
  static Output* const all = new Output;
  return *all;
}

void write_suppressed(const std::vector<RateLimit::Suppressed>& over) {
  for (const auto& [level, component_id, message, count] : over)
    write(level, component_id, fmt::format("{} … suppressed {} more", message, count));
}

/// Writes a logfmt value: bare where that is unambiguous.
void append_logfmt(std::string& out, std::string_view value) {
  const auto is_plain = [](char c) { return c > ' ' && c < 0x7f && c != '"' && c != '='; };
  if (!value.empty() && std::all_of(value.begin(), value.end(), is_plain))
    out += value;
  else
    append_json_string(out, value);
}

}  // namespace

std::string_view level_name(Level level) {
  constexpr std::string_view kNames[] = {"debug", "info", "warn", "error"};
  return kNames[static_cast<size_t>(level)];
}

std::string format_line(const Record& record, Format format) {
  const bool json = format == Format::json;
  const std::string ts = format_rfc3339(record.time_ns);
  std::string line = json ? fmt::format(R"({{"ts":"{}","level":"{}")", ts, level_name(record.level))
                          : fmt::format("ts={} level={}", ts, level_name(record.level));
  if (!record.component_id.empty()) {
    line += json ? ",\"component_id\":" : " component_id=";
    json ? append_json_string(line, record.component_id) : append_logfmt(line, record.component_id);
  }
  line += json ? ",\"msg\":" : " msg=";
  append_json_string(line, record.message);
  line += json ? "}\n" : "\n";
  return line;
}

void configure(Level least, Format format) {
  output().least = least;
  output().to_stderr->look();
  output().to_stderr->set_formatter(std::make_unique<LineFormatter>(format));
}

void set_tap(Tap tap) {
  Output& all = output();
  Lock lock(all.mutex);
  if (all.tap) all.sinks.remove_sink(all.tap);
  all.tap = tap ? std::make_shared<TapSink>(std::move(tap)) : nullptr;
  if (all.tap) all.sinks.add_sink(all.tap);
}

bool enabled(Level level) {
  return level >= output().least.load(std::memory_order_relaxed);
}

void write(Level level, std::string_view component_id, std::string_view message) {
  if (!enabled(level)) return;
  output().sinks.log(log_msg(spdlog::string_view_t(component_id.data(), component_id.size()),
                             spdlog_level(level),
                             spdlog::string_view_t(message.data(), message.size())));
}

void flush() {
  std::vector<RateLimit::Suppressed> over;
  {
    Output& all = output();
    Lock lock(all.mutex);
    all.rate.sweep(std::chrono::steady_clock::time_point::max(), over);
  }
  write_suppressed(over);
}

}  // namespace log

void Logger::emit(log::Level level, fmt::string_view format, fmt::format_args args) const {
  if (!log::enabled(level)) return;
  const std::string message = fmt::vformat(format, args);
  // "{}" hands a whole message on: then equal messages are the same, else those of one format.
  const std::string_view whole(format.data(), format.size());
  const std::string_view key = whole == "{}" ? std::string_view(message) : whole;
  std::vector<log::RateLimit::Suppressed> over;
  bool admitted = false;
  {
    auto& all = log::output();
    Lock lock(all.mutex);
    admitted = all.rate.admit(level, component_id_, key, message, over);
  }
  log::write_suppressed(over);
  if (admitted) log::write(level, component_id_, message);
}

}  // namespace base
