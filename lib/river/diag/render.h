#pragma once
#include <string>

#include "river/diag/diagnostics.h"

namespace river::diag {

enum class OutputFormat { text, text_colour, json, sarif, github };

/// All diagnostics for a person (header, excerpt, caret, help) or a machine (JSON lines,
/// SARIF 2.1.0, GitHub workflow commands). Ends with a newline unless there is nothing to say.
std::string render(const Diagnostics& diagnostics, const SourceMap& sources, OutputFormat format);

/// One line: "file:line:col: error[R001]: message".
std::string one_line(const Diagnostic& diagnostic, const SourceMap& sources);

}  // namespace river::diag
