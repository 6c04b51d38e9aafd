#pragma once
#include <string>

#include "river/diag/diagnostics.h"

/// The renderings for machines behind render().
namespace river::diag {

/// "error" or "warning".
std::string_view severity_name(Severity severity);

/// An object a line: severity, code, message, then file, line, column, end_line and end_column
/// (of the first byte behind; all 1-based, columns in bytes) if the place is known, then notes
/// (message and place) and help if there are any.
std::string render_json(const Diagnostics& diagnostics, const SourceMap& sources);

/// A SARIF 2.1.0 log, columns in code points.
std::string render_sarif(const Diagnostics& diagnostics, const SourceMap& sources);

/// GitHub's workflow commands, one a line.
std::string render_github(const Diagnostics& diagnostics, const SourceMap& sources);

}  // namespace river::diag
