#pragma once
#include <string>
#include <string_view>

#include "river/diag/render.h"

/// Texts of dashboards and rules are written by strangers. What of them may go where.
namespace compiler::migrate::report {

/// For people.
using river::diag::visible;
using river::diag::visible_line;

/// Text or a quoted attribute's value of an HTML page.
std::string html(std::string_view text);
/// Sentences of ours for an HTML page: what is between two backticks is code.
std::string html_prose(std::string_view text);

/// Running text or a table's cell of GitHub's Markdown: one line that is never markup, a mention
/// or a reference.
std::string markdown(std::string_view text);
/// A code span in a table's cell or in running text.
std::string markdown_code(std::string_view text);
/// A fenced block of code, with a fence that the text cannot close; ends with a line break.
std::string markdown_block(std::string_view text, std::string_view language);

/// JSON that shows a terminal no control characters either: DEL, C1 and those that turn the
/// direction of writing, which JSON allows in strings, are escaped there.
std::string json_for_terminals(std::string json);

}  // namespace compiler::migrate::report
