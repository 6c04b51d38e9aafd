#pragma once
#include <re2/re2.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace telemetry {

/// A text from outside that regexes are matched with as Go's regexp does: a byte that is not UTF-8
/// reads as U+FFFD, which `.`, `\S` and `[^x]` match. (RE2 matches such a byte with nothing, so
/// that a match would end there: a secret would be redacted in part only.) Groups are parts of the
/// text. The text must outlive this.
class MatchText {
 public:
  explicit MatchText(std::string_view text);

  /// A match anywhere.
  bool matches(const re2::RE2& regex) const { return find(regex, 0, {}); }
  /// All of it matches.
  bool matches_whole(const re2::RE2& regex, std::span<re2::StringPiece> groups = {}) const {
    return find(regex, 0, groups, re2::RE2::ANCHOR_BOTH);
  }
  /// The first match from the byte `from` on; groups[0] is the whole of it.
  bool find(const re2::RE2& regex, size_t from, std::span<re2::StringPiece> groups,
            re2::RE2::Anchor anchor = re2::RE2::UNANCHORED) const;

  std::string_view text() const { return text_; }

 private:
  re2::StringPiece in_text(re2::StringPiece group) const;

  std::string_view text_;
  std::string readable_;           // The text with U+FFFD; empty: it is UTF-8 as it is.
  std::vector<uint32_t> origins_;  // Of each byte of readable_, and of its end: the place in text_.
};

/// All matches of a regex in a text from left to right, as Go's regexp finds them: an empty one
/// does not begin inside a character, and right behind a match it is none.
class Matches {
 public:
  /// Both must outlive this.
  Matches(const MatchText& text, const re2::RE2& regex) : text_(text), regex_(regex) {}

  /// The next one, whose whole is groups[0]; false when there are no more.
  bool next(std::span<re2::StringPiece> groups);

 private:
  const MatchText& text_;
  const re2::RE2& regex_;
  size_t at_ = 0;                             // Where the next one is looked for.
  size_t last_end_ = std::string_view::npos;  // Of the one before.
};

}  // namespace telemetry
