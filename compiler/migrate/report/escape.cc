#include "compiler/migrate/report/escape.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace compiler::migrate::report {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

/// A character and its length in bytes; length 0 says that the bytes are not UTF-8.
struct Character {
  uint32_t code = 0;
  size_t length = 0;
};

Character character_at(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t lead = byte(at);
  if (lead < 0x80) return {lead, 1};
  const size_t length = lead >= 0xF0 && lead < 0xF5   ? 4
                        : lead >= 0xE0 && lead < 0xF0 ? 3
                        : lead >= 0xC2 && lead < 0xE0 ? 2
                                                      : 0;
  if (length == 0 || text.size() - at < length) return {};
  uint32_t code = lead & (0xFF >> (length + 1));
  for (size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xC0) != 0x80) return {};
    code = code << 6 | (byte(at + i) & 0x3F);
  }
  const bool too_long = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  const bool surrogate = code >= 0xD800 && code < 0xE000;
  return too_long || surrogate || code > 0x10FFFF ? Character{} : Character{code, length};
}

/// Moves the cursor of a terminal, or makes text read otherwise than it is stored.
bool is_hidden(uint32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x200E || code == 0x200F ||
         (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) || code == 0xFEFF;
}

/// Copies valid characters through `put`(code, bytes), the rest as U+FFFD.
template <class Put>
std::string copied(std::string_view text, const Put& put) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  for (size_t at = 0; at < text.size();) {
    const auto [code, length] = character_at(text, at);
    if (length == 0)
      out += kReplacement;
    else
      put(out, code, text.substr(at, length));
    at += std::max<size_t>(length, 1);
  }
  return out;
}

void put_visible(std::string& out, uint32_t code, std::string_view bytes) {
  if (is_hidden(code))
    fmt::format_to(std::back_inserter(out), "\\u{{{:x}}}", code);
  else
    out += bytes;
}

size_t longest_run(std::string_view text, char wanted) {
  size_t longest = 0, run = 0;
  for (const char c : text) {
    run = c == wanted ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

}  // namespace

std::string utf8(std::string_view text) {
  return copied(text, [](std::string& out, uint32_t, std::string_view bytes) { out += bytes; });
}

std::string visible(std::string_view text) {
  return copied(text, [](std::string& out, uint32_t code, std::string_view bytes) {
    if (code == '\n' || code == '\t')
      out += bytes;
    else
      put_visible(out, code, bytes);
  });
}

std::string visible_line(std::string_view text) {
  return copied(text, [](std::string& out, uint32_t code, std::string_view bytes) {
    if (code == '\n' || code == '\t')
      out += ' ';
    else
      put_visible(out, code, bytes);
  });
}

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
    const auto [code, length] = character_at(json, at);
    if (length == 0 || !is_hidden(code)) continue;
    out.append(json, copied_to, at - copied_to);
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", code);
    copied_to = at + length;
  }
  if (copied_to == 0) return json;
  return out.append(json, copied_to);
}

}  // namespace compiler::migrate::report
