#include "compiler/migrate/revision.h"

#include <doctest/doctest.h>

#include "base/files.h"
#include "base/program.h"
#include "components/catalog.h"
#include "tests/support/archive.h"

using namespace compiler::migrate;

namespace {

namespace fs = std::filesystem;

void git(const support::Folder& folder, std::vector<std::string> arguments) {
  std::vector<std::string> all = {"git",
                                  "-C",
                                  folder.path().string(),
                                  "-c",
                                  "user.name=test",
                                  "-c",
                                  "user.email=test@example.org"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  const auto done = base::run_program(std::move(all));
  REQUIRE(done);
  INFO(done->err);
  REQUIRE(done->exit_code == 0);
}

TEST_CASE("compile_revision: the inventory as it was, also below the top of the work tree") {
  support::Folder folder;
  support::unpack(R"(== fleet/inventory/hosts.yml
all: {hosts: {puck: }}
== fleet/host_vars/puck.yml
deployment_environment: lab
services: [kairos]
kairos_syslog_port: 51412
)",
                  folder);
  git(folder, {"init", "-q"});
  git(folder, {"add", "-A"});
  git(folder, {"commit", "-q", "-m", "first"});
  folder.write("fleet/host_vars/puck.yml", "deployment_environment: lab\n");

  compiler::emit::CheckOptions check;
  check.catalog = components::catalog();
  const compiler::inventory::InventoryOptions inventory{folder.path() / "fleet/inventory", "", {}};
  const auto compiled = [&](const std::string& state) {
    auto out = TemporaryFolder::make();
    REQUIRE(out);
    compiler::emit::Run run;
    const auto done = state.empty() ? compile_today(inventory, check, out->path(), run)
                                    : compile_revision(state, inventory, check, out->path(), run);
    if (!done) return "error: " + done.error().message;
    return base::read_file(out->path() / "puck/config.river").value();
  };
  CHECK(compiled("HEAD").find("127.0.0.1:51412") != std::string::npos);
  CHECK(compiled("").find("51412") == std::string::npos);
  CHECK(compiled("no-such-revision").starts_with("error: git: "));
  CHECK(compiled("--output=/tmp/x").starts_with("error: git: "));
}

TEST_CASE("TemporaryFolder: goes with its owner") {
  fs::path path;
  {
    const auto folder = TemporaryFolder::make();
    REQUIRE(folder);
    path = folder->path();
    CHECK(fs::is_directory(path));
  }
  CHECK_FALSE(fs::exists(path));
}

}  // namespace
