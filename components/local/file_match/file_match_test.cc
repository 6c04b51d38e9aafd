#include "components/local/file_match/file_match.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>
#include <set>

#include "tests/support/folder.h"
#include "tests/support/log_sink.h"

using components::local::file_match::Arguments;
using components::local::file_match::FileMatch;
using support::eventually;

namespace {

/// A component whose exports are kept: the set of paths last exported.
struct Fixture {
  support::Folder folder;
  base::metrics::Registry registry;
  Arguments arguments;
  base::Mutex mutex;
  std::set<std::string> paths;
  std::string labels;
  std::unique_ptr<FileMatch> component;

  void start() {
    components::Context context{.id = "local.file_match.test",
                                .data_dir = folder.path(),
                                .metrics = {registry, "local.file_match.test"},
                                .log = base::Logger("test"),
                                .publish = [this](river::Value exports) { take(exports); }};
    component = std::make_unique<FileMatch>(std::move(context), arguments);
    REQUIRE(component->start());
  }
  void take(const river::Value& exports) {
    base::Lock lock(mutex);
    paths.clear();
    labels.clear();
    for (const river::Value& target : *(*exports.as_object())[0].second.as_array())
      for (const auto& [name, value] : *target.as_object()) {
        if (name == "__path__") paths.insert(*value.as_string());
        labels += name + "=" + *value.as_string() + " ";
      }
  }
  bool exported(const std::set<std::string>& wanted) {
    return eventually([&] {
      base::Lock lock(mutex);
      return paths == wanted;
    });
  }
};

}  // namespace

TEST_CASE("file_match: without a thread it does not start") {
  Fixture f;
  f.start();
  f.component->stop();
  const base::ThreadShortage shortage;
  CHECK_FALSE(f.component->start());
}

TEST_CASE("file_match: exports what exists, and what appears and goes") {
  Fixture f;
  f.folder.write("a.log", "");
  f.folder.write("b.log", "");
  f.folder.write("c.txt", "");
  f.arguments.sync_period = std::chrono::hours(1);  // Only notices count.
  f.arguments.path_targets = {
      {{"__path__", f.folder / "**/*.log"}, {"__path_exclude__", f.folder / "b*"}, {"job", "x"}}};
  f.start();
  CHECK(f.exported({f.folder / "a.log"}));
  CHECK(f.labels ==
        "__path__=" + (f.folder / "a.log") + " __path_exclude__=" + (f.folder / "b*") + " job=x ");
  f.folder.write("sub/deep/d.log", "");
  CHECK(f.exported({f.folder / "a.log", f.folder / "sub/deep/d.log"}));
  std::filesystem::remove(f.folder / "a.log");
  CHECK(f.exported({f.folder / "sub/deep/d.log"}));
}

TEST_CASE("file_match: ignore_older_than, and an update") {
  Fixture f;
  f.folder.write("old.log", "");
  f.folder.write("new.log", "");
  const timespec times[2] = {{1000, 0}, {1000, 0}};
  REQUIRE(::utimensat(AT_FDCWD, (f.folder / "old.log").c_str(), times, 0) == 0);
  f.arguments.ignore_older_than = std::chrono::hours(1);
  f.arguments.path_targets = {{{"__path__", f.folder / "*.log"}}};
  f.start();
  CHECK(f.exported({f.folder / "new.log"}));
  f.arguments.ignore_older_than = {};
  components::Component& component = *f.component;
  REQUIRE(component.update(static_cast<const void*>(&f.arguments)));
  CHECK(f.exported({f.folder / "new.log", f.folder / "old.log"}));
}

TEST_CASE("file_match: a malformed pattern spoils only its own target") {
  Fixture f;
  f.folder.write("a.log", "");
  f.arguments.path_targets = {{{"__path__", f.folder / "[.log"}},
                              {{"__path__", f.folder / "a.log"}}};
  f.start();
  CHECK(f.exported({f.folder / "a.log"}));
  CHECK(f.component->health().state == components::Health::State::unhealthy);
}
