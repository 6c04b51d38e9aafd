#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace compiler::migrate::documents {

/// Replaces the bytes [begin, end) of a file.
struct FileEdit {
  uint32_t begin = 0;
  uint32_t end = 0;
  std::string text;

  bool operator==(const FileEdit&) const = default;
};

/// How a text is written inside another text.
enum class Encoding : uint8_t {
  plain,        ///< as it is (Markdown)
  json_string,  ///< inside the quotes
  yaml_plain,
  yaml_plain_flow,  ///< plain within [] or {}
  yaml_single_quoted,
  yaml_double_quoted,
  yaml_literal,  ///< a block scalar |, its indentation left out
  yaml_folded,   ///< a block scalar >
  url_query,     ///< percent-encoded value in a URL's query string
};

/// A text out of a file that knows its way back: through every encoding around it (a query in a
/// JSON string in a YAML block scalar) to the bytes of the file. Immutable.
class Excerpt {
 public:
  Excerpt() = default;
  /// The whole of a file.
  static Excerpt of_file(std::string_view text);
  /// A text whose way back is not known (base64): every byte is `at`, replace() gives nullopt.
  static Excerpt read_only(std::string text, uint32_t at);

  /// What stands in text()[begin, end) of this excerpt in `encoding`, decoded. For YAML block
  /// scalars and quoted texts [begin, end) is the content without quotes and header, `indent` the
  /// columns that a block scalar's lines are indented by. nullopt: it is not well formed.
  std::optional<Excerpt> decode(uint32_t begin, uint32_t end, Encoding encoding,
                                uint32_t indent = 0) const;

  /// Decoded.
  const std::string& text() const;
  /// The byte of the file that a byte of text() begins at; text().size() gives the end.
  uint32_t in_file(uint32_t offset) const;

  /// What puts `replacement` in the place of text()[begin, end), escaped for all layers; all other
  /// bytes of the file stay. nullopt when an encoding cannot hold it (a line break in a plain YAML
  /// scalar): such a place is reported and not edited.
  std::optional<FileEdit> replace(uint32_t begin, uint32_t end, std::string_view replacement) const;

 private:
  struct Level;
  explicit Excerpt(std::shared_ptr<const Level> level) : level_(std::move(level)) {}
  std::shared_ptr<const Level> level_;  // Shared with all that was decoded out of it.
};

/// Applies edits that do not overlap; order does not matter, and one that is given twice (of two
/// aliases of one value) counts once. nullopt when some overlap.
std::optional<std::string> apply(std::string_view file, std::vector<FileEdit> edits);

}  // namespace compiler::migrate::documents
