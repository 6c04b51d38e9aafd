#pragma once
#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace compiler::yaml {

/// What precedes a block scalar: its tag and its anchor.
struct Properties {
  std::string tag, anchor;
};

/// What yaml-cpp is not shown, by offset.
struct HiddenTags {
  std::map<size_t, Properties> scalars;   ///< by the offset of | or >
  std::map<size_t, std::string> aliases;  ///< of their anchors: written as plain text
};

/// yaml-cpp wants the lines of a block scalar in a list that has a tag or an anchor ("- !vault |",
/// "- &name |") deeper than these, which YAML does not: the text with them blanked, as long as
/// before, and what they say in `tags`.
std::string without_item_tags(std::string_view text, HiddenTags& tags);

}  // namespace compiler::yaml
