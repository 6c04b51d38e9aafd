#include "compiler/yaml/item_tags.h"

#include <algorithm>
#include <set>

namespace compiler::yaml {

namespace {

constexpr size_t kNone = std::string_view::npos;

size_t past_blanks(std::string_view line, size_t at) {
  return std::min(line.find_first_not_of(' ', at), line.size());
}

/// A line that a block scalar begins on.
struct Header {
  size_t parent = kNone;  ///< column that its lines are deeper than; kNone: there is no scalar
  size_t begin = kNone;   ///< column of the properties of a list's item
  Properties properties;
  size_t indicator = kNone;  ///< column of | or >
};

/// Past the tag and the anchor that are at a column.
size_t past_properties(std::string_view line, size_t at, Properties& found) {
  while (at < line.size() && (line[at] == '!' || line[at] == '&')) {
    const size_t end = std::min(line.find(' ', at), line.size());
    if (line[at] == '!')
      found.tag = line.substr(at, end - at);
    else
      found.anchor = line.substr(at + 1, end - at - 1);
    at = past_blanks(line, end);
  }
  return at;
}

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
  if (is_item) {
    const size_t begin = at;
    at = past_properties(line, at, found.properties);
    if (at != begin) found.begin = begin;
  }
  // "key: |" and "- key: !vault |": the scalar's lines are deeper than the key.
  if (const size_t colon = line.find(": ", at); colon != kNone) {
    found.begin = kNone;
    column = at;
    Properties of_value;
    at = past_properties(line, past_blanks(line, colon + 1), of_value);
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

namespace {

/// Makes the alias of a hidden anchor, a whole item or value, plain text.
void hide_alias(std::string_view line, size_t begin, const std::set<std::string>& anchors,
                std::string& out, HiddenTags& tags) {
  const size_t star = line.find('*');
  if (star == kNone || star == 0 || line[star - 1] != ' ') return;
  const size_t end = std::min(line.find_first_of(" \t", star), line.size());
  const size_t rest = past_blanks(line, end);
  const char before = line[std::min(line.find_last_not_of(' ', star - 1), star)];
  const std::string name(line.substr(star + 1, end - star - 1));
  if ((before != '-' && before != ':') || (rest < line.size() && line[rest] != '#') ||
      !anchors.contains(name))
    return;
  out[begin + star] = 'x';
  tags.aliases.emplace(begin + star, name);
}

}  // namespace

std::string without_item_tags(std::string_view text, HiddenTags& tags) {
  std::string out(text);
  std::set<std::string> anchors;
  size_t parent = kNone;  // Of the block scalar that the lines belong to.
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line = text.substr(begin, end - begin);
    if (line.ends_with('\r')) line.remove_suffix(1);
    const size_t indent = past_blanks(line, 0);
    if (parent == kNone || (indent <= parent && indent < line.size())) {
      const Header header = header_of(line);
      parent = header.parent;
      if (parent == kNone) hide_alias(line, begin, anchors, out, tags);
      if (parent != kNone && header.begin != kNone) {
        tags.scalars.emplace(begin + header.indicator, header.properties);
        anchors.insert(header.properties.anchor);
        std::fill(out.begin() + static_cast<std::ptrdiff_t>(begin + header.begin),
                  out.begin() + static_cast<std::ptrdiff_t>(begin + header.indicator), ' ');
      }
    }
    begin = end + 1;
  }
  return out;
}

}  // namespace compiler::yaml
