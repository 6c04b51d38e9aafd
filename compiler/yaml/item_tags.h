#pragma once
#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace compiler::yaml {

/// Tags by the offset of the block scalar that they stand before.
using HiddenTags = std::map<size_t, std::string>;

/// yaml-cpp wants the lines of a tagged block scalar in a list ("- !vault |") deeper than its tag,
/// which YAML does not: the text with such tags blanked, as long as before, and the tags in `tags`.
std::string without_item_tags(std::string_view text, HiddenTags& tags);

}  // namespace compiler::yaml
