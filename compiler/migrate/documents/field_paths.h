#pragma once
#include <string_view>

#include "compiler/migrate/documents/gatherer.h"

namespace compiler::migrate::documents {

/// Adds the names of fields at a path below `options`: keys apart by dots, [] for every item of a
/// list, {} at the end for the keys of a map, ~ at the end for a regular expression over names.
/// "" is the value itself.
void gather_fields(const Value& options, std::string_view path, Gatherer& out);

}  // namespace compiler::migrate::documents
