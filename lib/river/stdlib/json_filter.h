#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "river/value.h"

namespace re2 {
class RE2;
}

/// The parsed form of a JSONPath and of the filters in it. See json_path.h for the language.
namespace river::standard {

struct Filter;

struct PathSlice {
  std::optional<int64_t> begin;
  std::optional<int64_t> end;
  int64_t step = 1;
};
struct PathWildcard {};
using PathSelector =
    std::variant<std::string, int64_t, PathSlice, PathWildcard, std::shared_ptr<const Filter>>;

/// One step: what any of its selectors picks from each value, or from all inside it.
struct PathStep {
  bool descend = false;
  std::vector<PathSelector> selectors;
};
using Path = std::vector<PathStep>;

enum class FilterOp {
  literal,
  path,  ///< what it selects; alone: whether it selects anything
  negate,
  both,
  either,
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  matches,
};

struct Filter {
  FilterOp op = FilterOp::literal;
  Value literal;
  Path path;
  bool from_root = false;  ///< the path starts at $, not at @
  std::shared_ptr<const re2::RE2> regex;
  std::unique_ptr<Filter> left;
  std::unique_ptr<Filter> right;
};

/// Filters and parentheses nest no deeper than this.
inline constexpr int kFilterDepthMax = 100;

base::Result<Path> parse_json_path(std::string_view text);
bool filter_accepts(const Filter& filter, const Value& value, const Value& root);
std::vector<const Value*> follow_path(const Path& path, const Value& start, const Value& root);

}  // namespace river::standard
