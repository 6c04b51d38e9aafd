#include "compiler/yaml/item_tags.h"

#include <algorithm>

namespace compiler::yaml {

namespace {

constexpr size_t kNone = std::string_view::npos;

size_t past_blanks(std::string_view line, size_t at) {
  return std::min(line.find_first_not_of(' ', at), line.size());
}

/// A line that a block scalar begins on.
struct Header {
  size_t parent = kNone;  ///< column that its lines are deeper than; kNone: there is no scalar
  size_t tag = kNone;     ///< column of the tag of a list's item
  size_t tag_end = 0;
  size_t indicator = kNone;  ///< column of | or >
};

Header header_of(std::string_view line) {
  Header found;
  size_t at = past_blanks(line, 0);
  size_t column = at;
  bool is_item = false;
  while (line.substr(at).starts_with("- ")) {
    column = at;
    at = past_blanks(line, at + 1);
    is_item = true;
  }
  if (is_item && at < line.size() && line[at] == '!') {
    found.tag = at;
    found.tag_end = std::min(line.find(' ', at), line.size());
    at = past_blanks(line, found.tag_end);
  }
  // "key: |" and "- key: !vault |": the scalar's lines are deeper than the key.
  if (const size_t colon = line.find(": ", at); colon != kNone) {
    found.tag = kNone;
    column = at;
    at = past_blanks(line, colon + 1);
    if (at < line.size() && line[at] == '!')
      at = past_blanks(line, std::min(line.find(' ', at), line.size()));
  }
  if (at == line.size() || (line[at] != '|' && line[at] != '>')) return {};
  if (past_blanks(line, line.find_first_not_of("|>+-0123456789", at)) < line.size() &&
      line.substr(at).find(" #") == kNone)
    return {};
  found.parent = column;
  found.indicator = at;
  return found;
}

}  // namespace

std::string without_item_tags(std::string_view text, HiddenTags& tags) {
  std::string out(text);
  size_t parent = kNone;  // Of the block scalar that the lines belong to.
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line = text.substr(begin, end - begin);
    if (line.ends_with('\r')) line.remove_suffix(1);
    const size_t indent = past_blanks(line, 0);
    if (parent == kNone || (indent <= parent && indent < line.size())) {
      const Header header = header_of(line);
      parent = header.parent;
      if (parent != kNone && header.tag != kNone) {
        tags.emplace(begin + header.indicator,
                     line.substr(header.tag, header.tag_end - header.tag));
        std::fill(out.begin() + static_cast<std::ptrdiff_t>(begin + header.tag),
                  out.begin() + static_cast<std::ptrdiff_t>(begin + header.tag_end), ' ');
      }
    }
    begin = end + 1;
  }
  return out;
}

}  // namespace compiler::yaml
