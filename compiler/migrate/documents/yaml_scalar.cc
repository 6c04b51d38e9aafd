#include "compiler/migrate/documents/yaml_scalar.h"

#include <algorithm>
#include <optional>

#include "compiler/migrate/documents/codec.h"

namespace compiler::migrate::documents {

namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/// Passes `&anchor` and `!tag`, in any order.
size_t skip_properties(std::string_view text, size_t at) {
  while (at < text.size() && (text[at] == '&' || text[at] == '!')) {
    while (at < text.size() && !is_space(text[at])) ++at;
    while (at < text.size() && is_space(text[at])) ++at;
  }
  return at;
}

/// The closing quote of the scalar whose opening one is before `at`.
size_t closing_quote(std::string_view text, size_t at, char quote) {
  for (; at < text.size(); ++at) {
    if (quote == '"' && text[at] == '\\')
      ++at;
    else if (quote == '\'' && text.substr(at, 2) == "''")
      ++at;
    else if (text[at] == quote)
      return at;
  }
  return text.size();
}

/// The end of a plain scalar that means `value`; it may go over lines.
size_t plain_end(std::string_view text, size_t at, std::string_view value) {
  for (size_t i = 0; i < value.size() && at < text.size();) {
    size_t after = at;
    size_t breaks = 0;
    while (after < text.size() && is_space(text[after])) breaks += text[after++] == '\n' ? 1 : 0;
    i += breaks == 0 ? std::max<size_t>(after - at, 1) : std::max<size_t>(breaks - 1, 1);
    at = std::max(after, breaks == 0 ? at + 1 : at);
  }
  return std::min(at, text.size());
}

struct Block {
  size_t begin = 0;
  size_t end = 0;
  uint32_t indent = 0;
};

/// The lines behind the header of a block scalar. Its indentation is that of the first line with
/// content, unless the header gives one: then any smaller one is possible, too.
std::optional<Block> block_content(std::string_view text, size_t header, char chomping,
                                   uint32_t indent) {
  const size_t begin = text.find('\n', header);
  if (begin == std::string_view::npos) return std::nullopt;
  Block block{.begin = begin + 1, .end = begin + 1};
  size_t content_end = block.begin;  // Behind the last line with content, without its line break.
  for (size_t at = block.begin; at < text.size();) {
    const size_t line_feed = std::min(text.find('\n', at), text.size());
    const size_t first = std::min(text.find_first_not_of(' ', at), text.size());
    const bool is_blank = first >= line_feed || text[first] == '\r';
    const auto spaces = static_cast<uint32_t>(first - at);
    if (!is_blank && block.indent == 0) block.indent = indent != 0 ? indent : spaces;
    if (!is_blank && (spaces < block.indent || block.indent == 0)) break;
    at = std::min(line_feed + 1, text.size());
    if (!is_blank) {
      content_end = line_feed > 0 && text[line_feed - 1] == '\r' ? line_feed - 1 : line_feed;
      block.end = at;
    }
    if (chomping == '+') block.end = at;
  }
  if (chomping == '-') block.end = content_end;
  return block;
}

WrittenScalar written_block(std::string_view text, size_t at, std::string_view value) {
  WrittenScalar out{.begin = static_cast<uint32_t>(at), .end = static_cast<uint32_t>(at)};
  out.encoding = text[at] == '|' ? Encoding::yaml_literal : Encoding::yaml_folded;
  const std::string_view header = text.substr(at, std::min(text.find('\n', at), text.size()) - at);
  const std::string_view marks = header.substr(0, header.find(' '));
  const char chomping = marks.find('+') != std::string_view::npos   ? '+'
                        : marks.find('-') != std::string_view::npos ? '-'
                                                                    : ' ';
  const bool is_given = marks.find_first_of("123456789") != std::string_view::npos;
  auto block = block_content(text, at, chomping, is_given ? 1 : 0);
  for (uint32_t indent = 1; block; ++indent) {
    const auto decoded = codec::decode(text.substr(block->begin, block->end - block->begin),
                                       out.encoding, block->indent);
    out.is_exact = decoded && decoded->text == value;
    if (out.is_exact || !is_given || indent > 64) break;
    block = block_content(text, at, chomping, indent + 1);
  }
  if (!block) return out;
  out.begin = static_cast<uint32_t>(block->begin);
  out.end = static_cast<uint32_t>(block->end);
  out.indent = block->indent;
  return out;
}

}  // namespace

bool opens_flow_collection(std::string_view text, uint32_t at) {
  const size_t first = skip_properties(text, at);
  return first < text.size() && (text[first] == '{' || text[first] == '[');
}

WrittenScalar written_scalar(std::string_view text, uint32_t at, std::string_view value,
                             bool in_flow) {
  const size_t begin = skip_properties(text, at);
  WrittenScalar out{.begin = static_cast<uint32_t>(begin), .end = static_cast<uint32_t>(begin)};
  if (begin >= text.size()) return out;
  const char first = text[begin];
  if (!in_flow && (first == '|' || first == '>')) return written_block(text, begin, value);
  if (first == '"' || first == '\'') {
    out.encoding = first == '"' ? Encoding::yaml_double_quoted : Encoding::yaml_single_quoted;
    out.begin = static_cast<uint32_t>(begin + 1);
    out.end = static_cast<uint32_t>(closing_quote(text, begin + 1, first));
  } else {
    out.encoding = in_flow ? Encoding::yaml_plain_flow : Encoding::yaml_plain;
    out.end = static_cast<uint32_t>(plain_end(text, begin, value));
  }
  if (text.substr(out.begin, out.end - out.begin) == value && first != '"' && first != '\'') {
    out.is_exact = true;
    return out;
  }
  const auto decoded = codec::decode(text.substr(out.begin, out.end - out.begin), out.encoding, 0);
  out.is_exact = decoded && decoded->text == value;
  return out;
}

}  // namespace compiler::migrate::documents
