#include <doctest/doctest.h>

#include "components/catalog.h"
#include "river/diag/render.h"
#include "tests/support/golden.h"

namespace {

/// What cfgc and the agent say about a configuration of one file.
std::string findings(const golden::Input& input) {
  namespace config = river::config;
  river::diag::SourceMap sources;
  river::diag::Diagnostics diagnostics;
  const auto trees = config::load({{input.name + ".river", input.source}}, sources, diagnostics);
  const river::ast::Tree* files[] = {trees.front().get()};
  const config::Program program = config::resolve(
      files, components::catalog(), river::schema::Stability::generally_available, diagnostics);
  config::check(program, diagnostics);
  diagnostics.sort();
  return render(diagnostics, sources, river::diag::OutputFormat::text);
}

}  // namespace

// One mistake a file, named after it; clean_* have none.
TEST_CASE("golden: check") {
  golden::run("tests/golden/check", findings);
}
