#include "compiler/migrate/report/escape.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/text.h"

namespace compiler::migrate::report {
namespace {

size_t longest_run(std::string_view text, char wanted) {
  size_t longest = 0, run = 0;
  for (const char c : text) {
    run = c == wanted ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

}  // namespace

std::string html(std::string_view text) {
  std::string out;
  for (const char c : visible(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string html_prose(std::string_view text) {
  std::string out;
  for (;;) {
    const size_t begin = text.find('`');
    const size_t end = begin == text.npos ? text.npos : text.find('`', begin + 1);
    if (end == text.npos) return out + html(text);
    out += html(text.substr(0, begin));
    out += "<code>" + html(text.substr(begin + 1, end - begin - 1)) + "</code>";
    text.remove_prefix(end + 1);
  }
}

// A backslash keeps a sign from being markup; # and @ would still be a reference and a mention.
std::string markdown(std::string_view text) {
  std::string out;
  for (const char c : visible_line(text)) {
    if (c == '@' || c == '#' || c == '<' || c == '&') {
      fmt::format_to(std::back_inserter(out), "&#{};", static_cast<int>(c));
    } else {
      if (std::string_view("\\`*_[]>|~!$").find(c) != std::string_view::npos) out += '\\';
      out += c;
    }
  }
  return out;
}

std::string markdown_code(std::string_view text) {
  std::string content;
  for (const char c : visible_line(text)) {
    if (c == '|') content += '\\';  // The table's rule comes before the code span's.
    content += c;
  }
  if (content.empty()) return "";
  const std::string fence(longest_run(content, '`') + 1, '`');
  const bool needs_space = content.front() == '`' || content.back() == '`';
  const std::string_view space = needs_space ? " " : "";
  return fmt::format("{}{}{}{}{}", fence, space, content, space, fence);
}

std::string markdown_block(std::string_view text, std::string_view language) {
  const std::string content = visible(text);
  const std::string fence(std::max<size_t>(longest_run(content, '`') + 1, 3), '`');
  return fmt::format("{}{}\n{}{}{}\n", fence, language, content,
                     content.ends_with('\n') ? "" : "\n", fence);
}

// Such characters can stand in strings only, so that escaping them wherever they are is right.
std::string json_for_terminals(std::string json) {
  const auto wanted = [&](size_t at) {
    const auto lead = static_cast<uint8_t>(json[at]);
    return lead == 0x7F || lead == 0xC2 || lead == 0xE2 || lead == 0xEF;
  };
  std::string out;
  out.reserve(json.size());
  size_t copied_to = 0;
  for (size_t at = 0; at < json.size(); ++at) {
    if (!wanted(at)) continue;
    const base::Utf8Char next = base::first_utf8(std::string_view(json).substr(at));
    if (!next.valid || !river::diag::is_hidden(next.code_point)) continue;
    out.append(json, copied_to, at - copied_to);
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", next.code_point);
    copied_to = at + next.size;
  }
  if (copied_to == 0) return json;
  return out.append(json, copied_to);
}

}  // namespace compiler::migrate::report
