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

namespace river::stdlib {

/// JSON nests no deeper than this when it is read, so that values may be walked by recursion.
inline constexpr int kJsonDepthMax = 500;

enum class JsonNumbers { all_floats, keep_integers };

/// The value of one JSON document. The last of several equal keys wins; lone surrogates and bytes
/// that are not UTF-8 become U+FFFD. Errors name the byte offset.
base::Result<Value> read_json(std::string_view text, JsonNumbers numbers);

/// Compact JSON with sorted keys, safe inside HTML as Go writes it. Fails for secrets, functions,
/// capsules and numbers that JSON cannot express.
base::Result<std::string> write_json(const Value& value);

/// The parts of a JSON document that a path selects, as an array in document order:
///
///     [$] .name ['name'] [0] [-1] [1:5:2] [0,2,'name'] .* [*] ..name ..* [?(@.a == "x" && @.b)]
///
/// Filters know == != < <= > >= =~ && || ! ( ), paths from @ and $, strings, numbers, true, false
/// and null; a bare path asks whether it selects anything. Errors say what was expected and where.
base::Result<Value> json_path_select(const Value& document, std::string_view path);

// The parsed form of a JSONPath and of the filters in it.

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

}  // namespace river::stdlib
