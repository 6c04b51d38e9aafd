#pragma once
#include <string_view>

#include "river/diag/diagnostics.h"

/// What is usually wrong where YAML cannot be read. `at` is an offset in `text`, whose first byte
/// has the offset `base` in the source map.
namespace compiler::yaml {

/// Reports an unquoted {{ on the line of `at`; false when the line has no such thing.
bool report_bare_jinja(std::string_view text, size_t at, uint32_t base,
                       river::diag::Diagnostics& diagnostics);

/// Reports a tab that indents, {{ or {% without quotes, or a colon in an unquoted value, at or
/// shortly before `at`, where the parser stopped; false: it is none of these.
bool report_usual_mistake(std::string_view text, size_t at, uint32_t base,
                          river::diag::Diagnostics& diagnostics);

}  // namespace compiler::yaml
