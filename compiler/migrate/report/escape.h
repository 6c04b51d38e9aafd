#pragma once
#include <string>
#include <string_view>

/// Texts of dashboards and rules are written by strangers. What of them may go where.
namespace compiler::migrate::report {

/// Valid UTF-8: each byte that is not becomes U+FFFD.
std::string utf8(std::string_view text);

/// For people: valid UTF-8 whose control characters, and those that turn the direction of writing,
/// are spelled out as \u{1b}. Line breaks and tabs stay.
std::string visible(std::string_view text);
/// The same in one line: line breaks and tabs are spaces.
std::string visible_line(std::string_view text);

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
