#include <doctest/doctest.h>

#include <filesystem>

#include "base/files.h"
#include "compiler/checks/checks.h"
#include "compiler/emit/run.h"
#include "components/catalog.h"
#include "river/diag/render.h"
#include "tests/support/golden.h"

namespace {

namespace fs = std::filesystem;
namespace config = river::config;

/// --stability.level of the check.
river::schema::Stability stability_of(const std::string& name) {
  using river::schema::Stability;
  return name.starts_with("experimental_") ? Stability::experimental
                                           : Stability::generally_available;
}

/// A configuration of one file.
struct Checked {
  Checked(const std::string& name, const std::string& source)
      : trees(config::load({{name, source}}, sources, diagnostics)) {
    const river::ast::Tree* files[] = {trees.front().get()};
    program = config::resolve(files, components::catalog(), stability_of(name), diagnostics);
    config::check(program, diagnostics);
  }
  std::string findings() {
    diagnostics.sort();
    return render(diagnostics, sources, river::diag::OutputFormat::text);
  }
  std::string design() {
    compiler::checks::check_design(program, diagnostics);
    const size_t accepted = compiler::emit::remove_accepted(sources, diagnostics);
    return findings() + (accepted > 0 ? fmt::format("{} accepted\n", accepted) : "");
  }

  river::diag::SourceMap sources;
  river::diag::Diagnostics diagnostics;
  std::vector<std::unique_ptr<river::ast::Tree>> trees;
  config::Program program;
};

}  // namespace

// What cfgc and the agent say. One mistake a file, named after it; clean_* have none.
TEST_CASE("golden: check") {
  golden::run("tests/golden/check", [](const golden::Input& input) {
    return Checked(input.name + ".river", input.source).findings();
  });
}

// What cfgc says of configurations that the agent takes.
TEST_CASE("golden: design") {
  golden::run("tests/golden/design", [](const golden::Input& input) {
    return Checked(input.name + ".river", input.source).design();
  });
}

TEST_CASE("design: nothing is found in configurations that are right") {
  size_t configs = 0;
  const auto check = [&](const fs::path& file) {
    CAPTURE(file.string());
    CHECK(Checked(file.string(), base::read_file(file).value()).design() == "");
    ++configs;
  };
  for (const auto& entry : fs::directory_iterator("tests/golden/check"))
    if (entry.path().extension() == ".river" &&
        entry.path().filename().string().starts_with("clean_"))
      check(entry.path());
  for (const auto& entry : fs::directory_iterator("tests/golden/compile"))
    if (entry.is_directory()) check(entry.path() / "config.river");
  CHECK(configs >= 20);
}
