#pragma once
#include <bitset>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace compiler::migrate::impact {

/// The characters of a label's value: ASCII, and one symbol for all others.
inline constexpr unsigned kOtherSymbol = 128;
using Symbols = std::bitset<kOtherSymbol + 1>;

/// A regular expression as a tree, for questions that a matcher of single texts cannot answer.
struct RegexTree {
  enum class Kind : uint8_t { symbols, sequence, choice, repeat };
  Kind kind = Kind::sequence;
  Symbols symbols;
  std::vector<RegexTree> parts;
  uint32_t least = 0;
  uint32_t most = 0;  ///< of repeat; kNoLimit: any number
  static constexpr uint32_t kNoLimit = UINT32_MAX;
};

/// Reads RE2's syntax. nullopt: it has a part that this tree cannot say (Unicode classes, \b, flags
/// other than i and s, anchors that are not at the ends), or is nested deeper than 50.
std::optional<RegexTree> read_regex(std::string_view regex);

}  // namespace compiler::migrate::impact
