#pragma once
#include <filesystem>
#include <vector>

#include "base/result.h"
#include "compiler/emit/compile.h"

namespace compiler::emit {

/// Writes the files of a fleet below `out`, with a manifest of their SHA-256. `whole` says that
/// the hosts are all there are: else other hosts' lines of the manifest stay.
base::Result<void> write_fleet(const std::filesystem::path& out,
                               const std::vector<CompiledHost>& hosts, bool whole);

}  // namespace compiler::emit
