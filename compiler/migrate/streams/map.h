#pragma once
#include <filesystem>

#include "base/result.h"
#include "compiler/emit/run.h"
#include "compiler/migrate/streams/family.h"

namespace compiler::migrate::streams {

/// A mapping written by hand (docs/migrate.md, "Foreign agents").
base::Result<Mapping> read_map(const std::filesystem::path& file, compiler::emit::Run& run);

}  // namespace compiler::migrate::streams
