#include "components/discovery/file/files.h"

#include <doctest/doctest.h>

#include <filesystem>

#include "base/files.h"
#include "tests/support/folder.h"

namespace components::discovery::file {
namespace {

using Clock = TargetFiles::Clock;

/// "a:1@x.json b:2@y.yml " of what was found.
std::string described(const Poller::Found& found) {
  if (!found.targets) return "unchanged";
  std::string text;
  for (const river::schema::Target& target : *found.targets)
    text += (*target.find("__address__")).second + "@" +
            std::filesystem::path((*target.find("__meta_filepath")).second).filename().string() +
            " ";
  return text;
}

std::vector<io::Glob> patterns_of(const std::vector<std::string>& texts) {
  std::vector<io::Glob> patterns;
  for (const std::string& text : texts) patterns.push_back(io::Glob::parse(text).value());
  return patterns;
}

}  // namespace

TEST_CASE("discovery.file: files come, change, break and go") {
  const support::Folder folder;
  const std::string json = folder / "x.json", yaml = folder / "y.yml";
  TargetFiles files(patterns_of({folder / "*.json", folder / "*.yml"}), std::chrono::minutes(5));
  const auto start = Clock::now();
  auto now = start;
  CHECK(described(files.look(now)).empty());
  REQUIRE(base::write_file_atomic(json, R"([{"targets": ["a:1"]}])"));
  REQUIRE(base::write_file_atomic(yaml, "- targets: [b:2]\n"));
  CHECK(described(files.look(now)) == "a:1@x.json b:2@y.yml ");
  CHECK(described(files.look(now)) == "unchanged");
  REQUIRE(base::write_file_atomic(json, R"([{"targets": ["a:1", "a:3"]}])"));
  CHECK(described(files.look(now)) == "a:1@x.json a:3@x.json b:2@y.yml ");
  // A broken file keeps its targets, until it is whole again.
  REQUIRE(base::write_file_atomic(json, "[{"));
  auto found = files.look(now);
  CHECK(described(found) == "a:1@x.json a:3@x.json b:2@y.yml ");
  CHECK(found.problem == json + ": not JSON");
  found = files.look(now);
  CHECK(described(found) == "unchanged");
  CHECK(found.problem == json + ": not JSON");
  REQUIRE(base::write_file_atomic(json, "[]"));
  found = files.look(now);
  CHECK(described(found) == "b:2@y.yml ");
  CHECK(found.problem.empty());
  std::filesystem::remove(yaml);
  CHECK(described(files.look(now)).empty());
  CHECK(described(files.look(now)) == "unchanged");
  now += std::chrono::minutes(5);
  CHECK(described(files.look(now)).empty());  // All are read.
}

TEST_CASE("discovery.file: before anything good was found nothing is exported") {
  const support::Folder folder;
  REQUIRE(base::write_file_atomic(folder / "x.yaml", "a: b: c"));
  TargetFiles files(patterns_of({folder / "x.yaml"}), std::chrono::minutes(5));
  auto found = files.look(Clock::now());
  CHECK_FALSE(found.targets);
  CHECK(found.problem.find("x.yaml: not YAML") != std::string::npos);
  std::filesystem::remove(folder / "x.yaml");
  std::filesystem::create_directory(folder / "x.yaml");
  found = files.look(Clock::now());
  CHECK(found.targets.value_or(river::schema::Targets(1)).empty());
}

TEST_CASE("discovery.file: the component exports what files say, within seconds of a change") {
  const support::Folder folder;
  REQUIRE(base::write_file_atomic(folder / "x.json", R"([{"targets": ["a:1"]}])"));
  base::metrics::Registry registry;
  base::Mutex mutex;
  base::Condition changed;
  std::string exported;
  io::Loop loop;
  Arguments arguments;
  arguments.files = {folder / "x.json"};
  arguments.refresh_interval = std::chrono::milliseconds(10);
  FileDiscovery component(
      Context{.id = "discovery.file.test",
              .data_dir = {},
              .metrics = {registry, "discovery.file.test"},
              .log = base::Logger("test"),
              .publish =
                  [&](river::Value exports) {
                    base::Lock lock(mutex);
                    const auto& targets = *exports.field("targets")->as_array();
                    exported = targets.empty() ? "" : *targets[0].field("__address__")->as_string();
                    changed.notify_all();
                  },
              .loop = &loop},
      arguments);
  const auto wait_for = [&](std::string_view address) {
    base::Lock lock(mutex);
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (exported != address)
      REQUIRE(changed.wait_until(mutex, until) == std::cv_status::no_timeout);
  };
  REQUIRE(component.start());
  wait_for("a:1");
  CHECK(component.health().state == Health::State::healthy);
  REQUIRE(base::write_file_atomic(folder / "x.json", R"([{"targets": ["b:2"]}])"));
  wait_for("b:2");
  component.stop();
}

}  // namespace components::discovery::file
