#pragma once
#include <cstdint>
#include <string>

#include "river/diag/diagnostics.h"
#include "river/diag/source_map.h"

namespace river::diag {

enum class OutputFormat { text, text_colour, json, sarif, github };

/// As wide as excerpts are where no terminal says how wide it is.
inline constexpr uint32_t kColumns = 120;

/// The width of the terminal that `fd` is; kColumns when it is none.
uint32_t terminal_columns(int fd);

/// All diagnostics for a person (header, excerpt, caret, help) or a machine (JSON lines,
/// SARIF 2.1.0, GitHub workflow commands). Ends with a newline unless there is nothing to say.
/// Excerpts of text are cut to `columns`.
std::string render(const Diagnostics& diagnostics, const SourceMap& sources, OutputFormat format,
                   uint32_t columns = kColumns);

/// One line: "file:line:col: error[R001]: message".
std::string one_line(const Diagnostic& diagnostic, const SourceMap& sources);

/// The lines under a span with carets below it and `context_lines` around it,
/// such as:
///
///   1 |   a = 1
///   2 |       b = [
///     |  _____^^^^^
///   3 | |         1,
///   4 | |     ]
///     | |_____^
///
/// The middle of a long range is left out. Of a line longer than `columns` the part around the
/// place is shown, with … where text is left out. Values of secrets are shown as ****
/// (see redact()). Empty when the span's text is unknown.
std::string excerpt(Span span, const SourceMap& sources, uint32_t context_lines,
                    uint32_t columns = kColumns);

// What strangers have written, on a terminal and in the logs of CI: visible.cc.

/// Whether a character moves the cursor of a terminal, or makes text read otherwise than it is
/// stored.
bool is_hidden(uint32_t code_point);
/// The text as valid UTF-8 (each byte that is not becomes U+FFFD) whose control characters, and
/// those that turn the direction of writing, are spelled out as \u{1b}. Line breaks and tabs stay.
std::string visible(std::string_view text);
/// The same in one line: line breaks and tabs are spaces.
std::string visible_line(std::string_view text);
/// The same with the columns kept: each such character is one of the pictures that Unicode has for
/// control characters, else U+FFFD.
std::string in_columns(std::string_view text);

// Secrets in what is shown: redaction.cc.

/// Stands where a secret is left out.
inline constexpr std::string_view kRedacted = "****";

/// A line as it may be shown: findings end up in the logs of CI.
struct Redaction {
  std::string line;
  /// The first byte that was left out; npos: nothing was.
  size_t at = std::string::npos;
};

/// Whether a name is one that secrets are given under: `loki_password`, `apiKey`, "Authorization";
/// but not `password_env` and `token_file`, which say where one is.
bool names_secret(std::string_view name);

/// The line of `text` that begins at byte `line_begin`, without the values that stand under the
/// name of a secret in River, YAML, JSON or INI, on this line or on one above that goes on here
/// (block scalars, raw strings, lists), without private keys and encrypted values. What only names
/// a secret stays: sys.env("NAME"), host.vars.name, {{ name }}. For URLs: without_passwords().
Redaction redact(std::string_view text, size_t line_begin);

/// The text with each password in a URL hidden, a star for each character: "http://user:**@host",
/// and the path of those that let whoever has them post (Slack, Discord, Teams, Telegram).
std::string without_passwords(std::string_view text);

// The renderings for machines behind render().

/// "error" or "warning".
std::string_view severity_name(Severity severity);

/// An object a line: severity, code, message, then file, line, column, end_line and end_column
/// (of the first byte after it; all 1-based, columns in bytes) if the place is known, then notes
/// (message and place) and help if there are any.
std::string render_json(const Diagnostics& diagnostics, const SourceMap& sources);

/// A SARIF 2.1.0 log, columns in code points.
std::string render_sarif(const Diagnostics& diagnostics, const SourceMap& sources);

/// GitHub's workflow commands, one a line.
std::string render_github(const Diagnostics& diagnostics, const SourceMap& sources);

}  // namespace river::diag
