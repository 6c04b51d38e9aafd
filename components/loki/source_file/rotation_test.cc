#include "components/loki/source_file/rotation.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>

#include "tests/support/folder.h"

namespace components::loki::source_file {

TEST_CASE("source.file: names that rotation gives") {
  struct Case {
    const char* name;
    bool is_rotated;
  };
  for (const auto& c : {Case{"app.log.1", true},
                        Case{"app.log.10", true},
                        Case{"app.log-20261128", true},
                        Case{"app.log.2026-11-28_15", true},
                        Case{"app.log-20261128-1732800000", true},
                        Case{"app.log.old", true},
                        Case{"app-20261128.log", true},
                        Case{"app.1.log", true},
                        Case{"app.log20261128", true},
                        Case{"app20261128.log", true},
                        Case{"app1.log", false},
                        Case{"app.log1", false},
                        Case{"app.log:1", false},
                        Case{"app.log-", false},
                        Case{"app.log", false},
                        Case{"app.log.", false},
                        Case{"app.log.1.gz", false},
                        Case{"app.log.bak", false},
                        Case{"app.logger", false},
                        Case{"application.log", false},
                        Case{"app-error.log", false},
                        Case{"other.log.1", false}}) {
    CAPTURE(c.name);
    CHECK(is_rotated_name(c.name, "app.log") == c.is_rotated);
  }
  const auto was = [](const char* path, const char* original) {
    const auto found = originals_of(path);
    return std::find(found.begin(), found.end(), original) != found.end();
  };
  CHECK(was("/l/a.log.1", "/l/a.log"));
  CHECK(was("/l/a-20261128.log", "/l/a.log"));
  CHECK_FALSE(was("/l/a.log.1", "/l/a"));
  CHECK(originals_of("/l/a.log").empty());
  CHECK(is_rotated_name("syslog.1", "syslog"));
  for (const char* name : {"11.log", "10.log", "1.log1", "120261128.log"})
    CHECK(!is_rotated_name(name, "1.log"));
  CHECK(is_rotated_name("1.log.1", "1.log"));
  CHECK(is_rotated_name("1-20261128.log", "1.log"));
  CHECK(!is_rotated_name("worker12", "worker1"));
  CHECK_FALSE(was("/l/11.log", "/l/1.log"));
  CHECK(!is_rotated_name("syslog2", "syslog-ng"));
}

TEST_CASE("source.file: rotated files since a time, oldest first") {
  const support::Folder folder;
  folder.write("a.log.3", "");
  const int64_t since = file_clock_ns();
  CHECK(rotated_since(folder / "a.log", since + 1'000'000'000).empty());
  folder.write("a.log.2", "");
  folder.write("a.log.1", "");
  folder.write("a.log", "");
  folder.write("b.log.1", "");
  std::filesystem::create_directories(folder.path() / "a.log.0");
  const auto found = rotated_since(folder / "a.log", since);
  REQUIRE(found.size() >= 2);  // The first may have been born in the same tick.
  CHECK(found[found.size() - 2].path == folder / "a.log.2");
  CHECK(found.back().path == folder / "a.log.1");
  CHECK(find_by_inode(folder.path().string(), found.back().device, found.back().inode) ==
        found.back().path);
  CHECK(rotated_since("/does/not/exist/a.log", 0).empty());
}

}  // namespace components::loki::source_file
