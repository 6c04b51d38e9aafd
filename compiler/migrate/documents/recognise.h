#pragma once
#include "compiler/migrate/documents/gatherer.h"

namespace compiler::migrate::documents {

/// Finds what one document of JSON or YAML is and gathers from it. What it is said to be is noted
/// in Document::kind. False: it is nothing that is known.
bool gather_known(const Value& value, Gatherer& out);

/// Adds to Document::kind what was found, once.
void note_kind(Gatherer& out, std::string_view kind);

}  // namespace compiler::migrate::documents
