#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace components::loki::process::stages {

/// One step into a JSON value: a key of an object, or an index into an array.
struct JsonStep {
  std::string key;
  int index = -1;  ///< 0 and above: an index, and `key` does not count
};
using JsonPath = std::vector<JsonStep>;

/// Reads the part of JMESPath that names one value: `a`, `a.b`, `"odd key".b`, `list[0].c`.
/// Anything more (projections, filters, functions, pipes) is an error that says so.
base::Result<JsonPath> parse_json_path(std::string_view text);

/// The text of a valid JSON string with escapes, given without its quotes. Half of a surrogate pair
/// becomes U+FFFD.
std::string unescape_json(std::string_view raw);

/// Valid JSON text without the white space between its tokens.
std::string compact_json(std::string_view raw);

/// A valid JSON number with a fraction or an exponent as Go prints the float64 that it is:
/// shortest, without an exponent. One that no float64 can hold stays as it is.
std::string json_number_text(std::string_view raw);

/// Whether a JSON number is an integer without fraction and exponent. It is kept as it is written,
/// as identifiers have more digits than a float64 holds.
bool is_json_integer(std::string_view raw);

/// What kind of JSON value a piece of text is.
enum class JsonKind : uint8_t { string, escaped_string, number, literal, composite };

/// A value that was asked for, as written in the text; strings without their quotes.
struct JsonFound {
  uint32_t target = 0;   ///< which path
  std::string_view key;  ///< for kJsonTopLevel: the key, without quotes
  std::string_view raw;
  JsonKind kind = JsonKind::literal;
};

/// Target of values found because every top-level value was asked for.
inline constexpr uint32_t kJsonTopLevel = ~uint32_t{0};

/// As `raw`, for strings with their quotes.
inline std::string_view whole_json_text(const JsonFound& found) {
  const bool quoted = found.kind == JsonKind::string || found.kind == JsonKind::escaped_string;
  return quoted ? std::string_view(found.raw.data() - 1, found.raw.size() + 2) : found.raw;
}

/// Finds the values of given paths in a line in one strict pass over it, without building a tree
/// and without copying. (A general parser's events would copy every string that nobody asked for;
/// a line's keys are few and its text is checked only for being JSON.)
class JsonScanner {
 public:
  /// Values at this path are reported as `target`.
  void want(const JsonPath& path, uint32_t target);
  /// Reports every top-level value too, as kJsonTopLevel with its key.
  void want_top_level() { all_top_level_ = true; }

  /// Whether the text is one JSON object. What was found is in found(), in order, when it is.
  bool scan(std::string_view text);
  /// Whether the text is one JSON array; top-level values are its elements, and have no key.
  bool scan_array(std::string_view text);
  const std::vector<JsonFound>& found() const { return found_; }

 private:
  /// A tree of the wanted paths.
  struct Node {
    std::vector<uint32_t> targets;
    std::vector<std::pair<std::string, uint32_t>> keys;
    std::vector<std::pair<int, uint32_t>> elements;
  };
  uint32_t child_of_key(uint32_t node, std::string_view key, bool escaped) const;
  uint32_t child_of_index(uint32_t node, int index) const;
  uint32_t add_child(uint32_t node, const JsonStep& step);

  bool value(uint32_t node, int depth);
  bool object(uint32_t node, int depth);
  bool array(uint32_t node, int depth);
  bool string(bool& escaped);
  bool escape();
  bool number();
  bool literal(std::string_view word);
  void skip_space();
  void skip_plain();
  bool start(std::string_view text, char first);
  void report(uint32_t node, int depth, const char* from, JsonKind kind);

  std::vector<Node> nodes_{1, Node{}};
  static constexpr uint32_t kRoot = 0;
  static constexpr uint32_t kNobody = ~uint32_t{0};
  bool all_top_level_ = false;

  const char* at_ = nullptr;
  const char* end_ = nullptr;
  std::string_view key_;  // Of the top-level value that is being read.
  std::vector<JsonFound> found_;
};

}  // namespace components::loki::process::stages
