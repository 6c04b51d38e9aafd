#include "base/log.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <vector>

#include "base/descriptor.h"

namespace base {
namespace {

using log::Format;
using log::Level;

/// What a child process writes to stderr when it runs `work`.
template <class Work>
std::string stderr_of(bool as_service, const Work& work) {
  int ends[2] = {-1, -1};
  REQUIRE(::pipe(ends) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], STDERR_FILENO);
    struct stat status {};
    ::fstat(STDERR_FILENO, &status);
    const std::string named = fmt::format("{}:{}", status.st_dev, status.st_ino);
    as_service ? ::setenv("JOURNAL_STREAM", named.c_str(), 1) : ::unsetenv("JOURNAL_STREAM");
    work();
    ::_exit(0);
  }
  const Descriptor in(ends[0]);
  ::close(ends[1]);
  std::string text;
  char buffer[4096];
  for (ssize_t got; (got = ::read(in.get(), buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<size_t>(got));
  ::waitpid(child, nullptr, 0);
  return text;
}

/// The lines without the 30 characters of their times.
std::string without_time(std::string text) {
  for (size_t at; (at = text.find("20")) != text.npos && text.find('Z', at) == at + 29;)
    text.replace(at, 30, "T");
  return text;
}

TEST_CASE("log: a line as logfmt and as JSON, of any bytes") {
  struct Case {
    log::Record record;
    std::string_view logfmt, json;
  };
  for (const auto& c : {
           Case{{1, Level::info, "", "hello"},
                "ts=1970-01-01T00:00:00.000000001Z level=info msg=\"hello\"\n",
                "{\"ts\":\"1970-01-01T00:00:00.000000001Z\",\"level\":\"info\",\"msg\":\"hello\"}"
                "\n"},
           Case{{1, Level::error, "loki.write.x", "a \"b\"\n\xff"},
                "ts=1970-01-01T00:00:00.000000001Z level=error component_id=loki.write.x "
                "msg=\"a \\\"b\\\"\\n\uFFFD\"\n",
                "{\"ts\":\"1970-01-01T00:00:00.000000001Z\",\"level\":\"error\",\"component_id\":"
                "\"loki.write.x\",\"msg\":\"a \\\"b\\\"\\n\uFFFD\"}\n"},
       }) {
    CAPTURE(c.record.message);
    CHECK(log::format_line(c.record, Format::logfmt) == c.logfmt);
    CHECK(log::format_line(c.record, Format::json) == c.json);
  }
}

TEST_CASE("log: stderr gets what is severe enough, the journal with priorities") {
  const auto work = [] {
    log::configure(Level::info, Format::logfmt);
    const Logger log("x");
    log.debug("a");
    log.info("b {}", 1);
    log.warn("c");
    log.error("d");
  };
  CHECK(without_time(stderr_of(false, work)) ==
        "ts=T level=info component_id=x msg=\"b 1\"\n"
        "ts=T level=warn component_id=x msg=\"c\"\n"
        "ts=T level=error component_id=x msg=\"d\"\n");
  CHECK(without_time(stderr_of(true, work)) ==
        "<6>ts=T level=info component_id=x msg=\"b 1\"\n"
        "<4>ts=T level=warn component_id=x msg=\"c\"\n"
        "<3>ts=T level=error component_id=x msg=\"d\"\n");
}

TEST_CASE("log: a message that repeats is suppressed, and how often is said") {
  std::vector<std::string> seen;
  log::configure(Level::error, Format::logfmt);
  log::flush();
  log::set_tap([&](const log::Record& record) {
    seen.push_back(fmt::format("{}: {}", record.component_id, record.message));
  });
  const std::string text = stderr_of(false, [] {
    const Logger log("a");
    for (int i = 0; i < 57; ++i) log.error("cannot reach {}", i);
    for (int i = 0; i < 30; ++i) log.error("{}", "same");
    for (int i = 0; i < 30; ++i) log.error("{}", "other " + std::to_string(i));
    Logger("b").error("cannot reach {}", 0);
    log::flush();
  });
  log::set_tap(nullptr);
  CHECK(seen.empty());  // The child's own.
  size_t lines = 0;
  for (const char c : text) lines += c == '\n';
  CHECK(lines == 20 + 1 + 20 + 1 + 30 + 1);
  CHECK(text.find("msg=\"cannot reach 56 … suppressed 37 more\"") != text.npos);
  CHECK(text.find("msg=\"same … suppressed 10 more\"") != text.npos);
  CHECK(text.find("cannot reach 20\"") == text.npos);
}

TEST_CASE("log: a tap gets each line until it is taken away") {
  std::vector<std::string> seen;
  log::configure(Level::error, Format::logfmt);
  log::set_tap([&](const log::Record& record) {
    seen.push_back(fmt::format("{} {} {}", log::level_name(record.level), record.component_id,
                               record.message));
  });
  const Logger log("tapped");
  log.error("to stderr, too: a test of the tap");
  log.info("not severe enough");
  log::set_tap(nullptr);
  log.error("after the tap: a test of it");
  CHECK(seen == std::vector<std::string>{"error tapped to stderr, too: a test of the tap"});
}

}  // namespace
}  // namespace base
