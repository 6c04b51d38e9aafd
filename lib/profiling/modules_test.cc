#include "profiling/modules.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include "base/files.h"

namespace {

using profiling::LoadedModule;
using profiling::ModuleCache;

/// The modules of this very process, by name; each once.
std::vector<std::shared_ptr<LoadedModule>> own_modules(ModuleCache& cache) {
  std::vector<std::shared_ptr<LoadedModule>> modules;
  const auto maps = base::read_file("/proc/self/maps");
  REQUIRE(maps);
  for (const auto& line : profiling::process::parse_maps(*maps))
    if (line.path.starts_with('/'))
      modules.push_back(cache.load(static_cast<uint32_t>(::getpid()), line.begin, line.end,
                                   {line.path, "", line.device, line.inode}));
  return modules;
}

}  // namespace

TEST_CASE("modules: a file that is mapped again is the same module") {
  ModuleCache cache;
  const auto first = own_modules(cache);
  const auto second = own_modules(cache);
  REQUIRE(first.size() >= 2);  // The test and libc.
  CHECK(first == second);
  for (const auto& loaded : first) {
    CAPTURE(loaded->module->path);
    CHECK(loaded->module->bytes);
    CHECK(cache.rows(*loaded) != nullptr);
  }
}

TEST_CASE("modules: rows in use are not let go for those that find no room") {
  ModuleCache measured;
  const auto sizes = own_modules(measured);
  REQUIRE(measured.rows(*sizes[0]) != nullptr);
  ModuleCache cache(measured.rows_bytes());
  const auto modules = own_modules(cache);
  for (int round = 0; round < 3; ++round) {
    CHECK(cache.rows(*modules[0]) != nullptr);
    CHECK(cache.rows(*modules[1]) == nullptr);
    CHECK(cache.rows_bytes() == measured.rows_bytes());
  }
}

TEST_CASE("modules: files that are not there, and memory without one") {
  ModuleCache cache;
  const auto pid = static_cast<uint32_t>(::getpid());
  const auto gone = cache.load(pid, 0x1000, 0x2000, {"/nonexistent/file", "", "00:00", 1});
  CHECK(!gone->module->bytes);
  CHECK(gone->module->name() == "file");
  CHECK(cache.rows(*gone) == nullptr);
  const auto anonymous = cache.load(pid, 0x1000, 0x2000, {"//anon", "", "00:00", 0});
  CHECK(anonymous->module->kind == profiling::Module::Kind::anonymous);
  const auto vdso = cache.load(pid, 0x1000, 0x2000, {"[vdso]", "", "00:00", 0});
  CHECK(cache.rows(*vdso) != nullptr);
}
