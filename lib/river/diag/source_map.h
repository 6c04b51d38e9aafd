#pragma once
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace river::diag {

/// A half-open range of bytes in the one offset space of a SourceMap: every file has its own base,
/// so a River node that was made from an inventory value keeps the inventory's place.
/// {0, 0} means "no place known".
struct Span {
  uint32_t begin = 0;
  uint32_t end = 0;

  bool known() const { return end != 0; }
  bool operator==(const Span&) const = default;
};

/// From the start of `first` to the end of `last`; an unknown side gives the other.
Span join(Span first, Span last);

/// A place for people: line and column are 1-based, the column counts bytes.
struct Position {
  std::string_view file;
  uint32_t line = 0;
  uint32_t column = 0;
};

struct SourceFile {
  std::string name;
  std::string text;
  uint32_t base = 0;                  ///< offset of the first byte of text
  std::vector<uint32_t> line_starts;  ///< from the start of text; a final LF starts a last line
  /// Of a text made from a template: for each line, the offset of the line that it was made of.
  std::vector<uint32_t> written_at = {};

  /// The 1-based line that holds a byte, given from the start of text.
  uint32_t line_of(uint32_t at) const;
  /// A line without its LF.
  std::string_view line(uint32_t number) const;
};

/// Owns the text of every file that was read. References and views into it stay valid for its
/// lifetime, so syntax trees may point into the text. Not thread safe.
class SourceMap {
 public:
  /// Takes a file in. At most 4 GiB in all (ENSUREd by the caller's size limits).
  const SourceFile& add(std::string name, std::string text);
  /// Takes a text in that was made from files that are in the map: positions in it are those of the
  /// files. `written_at` has an offset for each of its lines.
  const SourceFile& add_made(std::string name, std::string text, std::vector<uint32_t> written_at);

  /// Whether any file has this text in it.
  bool contains(std::string_view text) const;
  /// The file that holds an offset, or nullptr.
  const SourceFile* file(uint32_t offset) const;
  /// What people have written, for a span in a text made from it: the same words in the line that
  /// they were made of, else that whole line. Any other span stays as it is.
  Span written(Span span) const;
  /// {"", 0, 0} when the span is unknown.
  Position position(uint32_t offset) const;
  /// The text under a span; empty when unknown.
  std::string_view text(Span span) const;

 private:
  std::deque<SourceFile> files_;
  uint32_t next_base_ = 1;  // Offset 0 stays unused: it means "unknown".
};

}  // namespace river::diag
