#include <algorithm>
#include <string>

#include "compiler/migrate/documents/codec.h"

/// Scalars of YAML 1.2, section 7.3 and 8.1, as far as their content goes: line folding, escapes,
/// and the indentation of block scalars. Headers, quotes and chomping are left to who finds the
/// content.
namespace compiler::migrate::documents::codec {

namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

/// Reads the white space at `at` within a quoted or plain scalar that may go over lines: one line
/// break is a space, n are n - 1 line breaks, and white space around them is none.
void fold(std::string_view raw, size_t& at, Decoded& out) {
  const size_t begin = at;
  size_t breaks = 0;
  while (at < raw.size() && (is_blank(raw[at]) || raw[at] == '\n' || raw[at] == '\r'))
    breaks += raw[at++] == '\n' ? 1 : 0;
  if (breaks == 0)
    out.same(raw.substr(begin, at - begin), begin);
  else
    out.atom(breaks == 1 ? " " : std::string(breaks - 1, '\n'), begin);
}

/// A plain scalar must not begin or go on in a way that would be something else.
bool stays_plain(std::string_view raw, bool in_flow) {
  if (raw.empty() || is_blank(raw.front()) || is_blank(raw.back())) return false;
  const bool dash = std::string_view("-?:").find(raw[0]) != std::string_view::npos;
  const bool goes_on = raw.size() > 1 && raw[1] != ' ' && raw[1] != '\n';
  if (std::string_view(",[]{}#&*!|>'\"%@`").find(raw[0]) != std::string_view::npos) return false;
  if (dash && !goes_on) return false;
  if (raw.find(" #") != std::string_view::npos || raw.find("\t#") != std::string_view::npos)
    return false;
  for (size_t at = raw.find(':'); at != std::string_view::npos; at = raw.find(':', at + 1))
    if (at + 1 == raw.size() || is_blank(raw[at + 1]) || raw[at + 1] == '\n' || raw[at + 1] == '\r')
      return false;
  return !in_flow || raw.find_first_of("[]{},") == std::string_view::npos;
}

std::optional<Decoded> decode_plain(std::string_view raw, bool in_flow) {
  if (!stays_plain(raw, in_flow)) return std::nullopt;
  Decoded out;
  for (size_t at = 0; at < raw.size();) {
    const size_t space = std::min(raw.find_first_of(" \t\r\n", at), raw.size());
    out.same(raw.substr(at, space - at), at);
    at = space;
    fold(raw, at, out);
  }
  return out;
}

std::optional<Decoded> decode_single(std::string_view raw) {
  Decoded out;
  for (size_t at = 0; at < raw.size();) {
    const size_t stop = std::min(raw.find_first_of("' \t\r\n", at), raw.size());
    out.same(raw.substr(at, stop - at), at);
    at = stop;
    if (at == raw.size()) break;
    if (raw[at] != '\'') {
      fold(raw, at, out);
      continue;
    }
    if (raw.substr(at, 2) != "''") return std::nullopt;
    out.atom("'", at);
    at += 2;
  }
  return out;
}

struct Escape {
  char written;
  std::string_view meant;
};
constexpr Escape kEscapes[] = {
    {'0', {"\0", 1}},
    {'a', "\a"},
    {'b', "\b"},
    {'t', "\t"},
    {'\t', "\t"},
    {'n', "\n"},
    {'v', "\v"},
    {'f', "\f"},
    {'r', "\r"},
    {'e', "\x1B"},
    {' ', " "},
    {'"', "\""},
    {'/', "/"},
    {'\\', "\\"},
    {'N', "\xC2\x85"},
    {'_', "\xC2\xA0"},
    {'L', "\xE2\x80\xA8"},
    {'P', "\xE2\x80\xA9"},
};

/// An escape of a double-quoted scalar; `at` is at its backslash. False when there is no such one.
bool escape(std::string_view raw, size_t& at, Decoded& out) {
  if (at + 1 == raw.size()) return false;
  const char kind = raw[at + 1];
  if (kind == '\n' || kind == '\r') {
    at += 2;
    while (at < raw.size() && (is_blank(raw[at]) || raw[at] == '\n' || raw[at] == '\r')) ++at;
    return true;
  }
  const size_t digits = kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
  if (digits != 0) {
    const auto code = hex(raw, at + 2, digits);
    if (!code) return false;
    out.atom(utf8(*code), at);
    at += 2 + digits;
    return true;
  }
  const auto* found = std::find_if(std::begin(kEscapes), std::end(kEscapes),
                                   [&](const Escape& one) { return one.written == kind; });
  if (found == std::end(kEscapes)) return false;
  out.atom(found->meant, at);
  at += 2;
  return true;
}

std::optional<Decoded> decode_double(std::string_view raw) {
  Decoded out;
  for (size_t at = 0; at < raw.size();) {
    const size_t stop = std::min(raw.find_first_of("\\\" \t\r\n", at), raw.size());
    out.same(raw.substr(at, stop - at), at);
    at = stop;
    if (at == raw.size()) break;
    if (raw[at] == '"') return std::nullopt;
    if (raw[at] != '\\')
      fold(raw, at, out);
    else if (!escape(raw, at, out))
      return std::nullopt;
  }
  return out;
}

/// One line of a block scalar: its content without indentation and line break.
struct Line {
  std::string_view content;
  size_t at = 0;   ///< of the content
  size_t end = 0;  ///< of the line break, or of the text
  bool has_break = false;
};

std::optional<std::vector<Line>> block_lines(std::string_view raw, uint32_t indent) {
  std::vector<Line> lines;
  for (size_t at = 0; at < raw.size();) {
    const size_t line_feed = raw.find('\n', at);
    Line line;
    line.has_break = line_feed != std::string_view::npos;
    line.end = line.has_break ? line_feed : raw.size();
    const size_t next = line.has_break ? line_feed + 1 : raw.size();
    if (line.has_break && line.end > at && raw[line.end - 1] == '\r') --line.end;
    size_t spaces = 0;
    while (spaces < indent && at + spaces < line.end && raw[at + spaces] == ' ') ++spaces;
    if (spaces < indent && at + spaces < line.end) return std::nullopt;
    line.at = at + spaces;
    line.content = raw.substr(line.at, line.end - line.at);
    lines.push_back(line);
    at = next;
  }
  return lines;
}

std::optional<Decoded> decode_literal(std::string_view raw, uint32_t indent) {
  const auto lines = block_lines(raw, indent);
  if (!lines) return std::nullopt;
  Decoded out;
  for (const Line& line : *lines) {
    out.same(line.content, line.at);
    if (line.has_break) out.atom("\n", line.end);
  }
  return out;
}

/// Lines are joined by a space but for those that are empty or begin with white space: around these
/// every line break counts.
std::optional<Decoded> decode_folded(std::string_view raw, uint32_t indent) {
  const auto lines = block_lines(raw, indent);
  if (!lines) return std::nullopt;
  const auto is_more = [](const Line& line) {
    return !line.content.empty() && is_blank(line.content[0]);
  };
  Decoded out;
  for (size_t i = 0; i < lines->size(); ++i) {
    const Line& line = (*lines)[i];
    out.same(line.content, line.at);
    if (!line.has_break) continue;
    size_t next = i + 1;
    while (next < lines->size() && (*lines)[next].content.empty()) ++next;
    const size_t breaks = next - i;
    const bool at_end = next == lines->size();
    const bool folds =
        !at_end && !line.content.empty() && !is_more(line) && !is_more((*lines)[next]);
    if (line.content.empty() || !folds)
      out.atom("\n", line.end);
    else if (breaks == 1)
      out.atom(" ", line.end);
  }
  return out;
}

}  // namespace

std::optional<Decoded> decode_yaml(std::string_view raw, Encoding encoding, uint32_t indent) {
  switch (encoding) {
    case Encoding::yaml_plain:
    case Encoding::yaml_plain_flow:
      return decode_plain(raw, encoding == Encoding::yaml_plain_flow);
    case Encoding::yaml_single_quoted:
      return decode_single(raw);
    case Encoding::yaml_double_quoted:
      return decode_double(raw);
    case Encoding::yaml_literal:
      return decode_literal(raw, indent);
    case Encoding::yaml_folded:
      return decode_folded(raw, indent);
    default:
      return std::nullopt;
  }
}

std::optional<std::string> encode_yaml(std::string_view text, Encoding encoding, uint32_t indent,
                                       bool crlf) {
  const bool is_double = encoding == Encoding::yaml_double_quoted;
  const bool is_block = encoding == Encoding::yaml_literal;
  std::string out;
  for (const char c : text) {
    const bool is_control = (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F;
    if (is_double && (is_control || c == '"' || c == '\\' || c == '\t')) {
      const auto* found =
          std::find_if(std::begin(kEscapes), std::end(kEscapes),
                       [&](const Escape& one) { return one.meant == std::string_view(&c, 1); });
      if (found == std::end(kEscapes)) return std::nullopt;
      out += {'\\', found->written};
    } else if (is_block && c == '\n') {
      out += (crlf ? "\r\n" : "\n") + std::string(indent, ' ');
    } else if (is_control) {
      return std::nullopt;
    } else if (encoding == Encoding::yaml_single_quoted && c == '\'') {
      out += "''";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace compiler::migrate::documents::codec
