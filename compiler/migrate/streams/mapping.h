#pragma once
#include <filesystem>
#include <vector>

#include "base/result.h"
#include "compiler/emit/run.h"
#include "compiler/migrate/streams/family.h"

namespace compiler::migrate::streams {

/// A mapping written by hand (docs/migrate.md, "Foreign agents").
base::Result<Mapping> read_map(const std::filesystem::path& file, compiler::emit::Run& run);

/// What changes between two folders of compiled configs (HOST/config.river), by running the relabel
/// rules of both on the same containers and units.
base::Result<Mapping> difference(const std::filesystem::path& from, const std::filesystem::path& to,
                                 const std::vector<std::filesystem::path>& compose,
                                 const compiler::emit::CheckOptions& check,
                                 compiler::emit::Run& run);

/// The same of one host without compose files, added to `mapping`. May be called from several
/// threads with a mapping for each. Both programs must be free of errors.
void add_difference(const std::string& host, const river::config::Program& before,
                    const river::config::Program& after, const river::diag::SourceMap& sources,
                    Mapping& mapping);

}  // namespace compiler::migrate::streams
