#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/files.h"
#include "river/config/program.h"

namespace agent::graph {

/// A configuration with everything that its nodes point into. Immutable once loaded.
struct Configuration {
  river::diag::SourceMap sources;
  std::vector<std::unique_ptr<river::ast::Tree>> trees;
  river::config::Program program;
  std::string hash;  ///< SHA-256 of the files' texts, one after the other
};

/// What loading gave: always a configuration, so that its diagnostics can be rendered; it is fit to
/// run only when the diagnostics hold no error.
struct Loaded {
  std::unique_ptr<Configuration> configuration;
  river::diag::Diagnostics diagnostics;
};

/// Parses, binds and checks a configuration; the same walk that cfgc makes. Fails on I/O only.
base::Result<Loaded> load(const std::filesystem::path& path, river::config::Catalog catalog,
                          river::schema::Stability floor);

}  // namespace agent::graph
