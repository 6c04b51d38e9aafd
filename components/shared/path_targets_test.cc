#include "components/shared/path_targets.h"

#include <doctest/doctest.h>
#include <sys/fsuid.h>

#include <filesystem>

#include "tests/support/folder.h"

namespace {

using components::PathTargets;
using Paths = std::set<std::string>;

Paths paths_of(PathTargets& targets) {
  Paths paths;
  for (const auto& target : targets.expand().targets) paths.insert(target.find("__path__")->second);
  return paths;
}

/// While it exists, this thread may not look into a folder, even when it runs as root.
class Forbidden {
 public:
  explicit Forbidden(std::filesystem::path folder) : folder_(std::move(folder)) {
    std::filesystem::permissions(folder_, std::filesystem::perms::none);
    ::setfsuid(65534);
  }
  ~Forbidden() {
    ::setfsuid(0);
    std::filesystem::permissions(folder_, std::filesystem::perms::owner_all);
  }
  Forbidden(const Forbidden&) = delete;
  Forbidden& operator=(const Forbidden&) = delete;

 private:
  std::filesystem::path folder_;
};

}  // namespace

TEST_CASE("path targets: a folder that cannot be read for a moment keeps its files") {
  support::Folder folder;
  std::filesystem::permissions(folder.path(), std::filesystem::perms::all);
  folder.write("a/x.log", "");
  folder.write("b/y.log", "");
  const Paths both{folder / "a/x.log", folder / "b/y.log"};
  for (const char* pattern : {"**/*.log", "*/*.log", "{a/x,b/y,b/z}.log"}) {
    CAPTURE(pattern);
    PathTargets targets({{{"__path__", folder / pattern}}}, {});
    CHECK(paths_of(targets) == both);
    {
      const Forbidden forbidden(folder / "a");
      CHECK(paths_of(targets) == both);
      CHECK(targets.problem().find("Permission denied; the files found there before are kept") !=
            std::string::npos);
      PathTargets others({{{"__path__", folder / pattern}}}, {});
      CHECK(paths_of(others) == Paths{folder / "b/y.log"});
      CHECK(others.problem().empty());
    }
    std::filesystem::remove(folder / "a/x.log");
    CHECK(paths_of(targets) == Paths{folder / "b/y.log"});
    CHECK(targets.problem().empty());
    folder.write("a/x.log", "");
  }
}
