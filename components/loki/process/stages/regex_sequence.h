#pragma once
#include <bitset>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace components::loki::process::stages {

/// A quick matcher for the regexes that log lines are mostly taken apart with: a plain sequence of
/// texts and repeated character classes, with groups around parts of it, such as
/// `^\S+ (?P<level>[A-Z]+) .*id=(?P<id>\d+)`. It finds what RE2 finds: of all matches the leftmost,
/// and in it what greedy and lazy repetitions prefer.
///
/// RE2 first learns whether there is a match, and then simulates all ways at once to find the
/// groups, which costs ten times as much on such a regex. This walks the items and goes back where
/// they do not fit. That can take long on odd texts, so steps are counted; when they run out, or
/// the text is not ASCII (classes here are of bytes), the answer is "ask RE2". Alternatives,
/// repeated groups, flags and assertions inside are left to RE2 altogether.
class RegexSequence {
 public:
  /// nullopt when the regex is more than a sequence.
  static std::optional<RegexSequence> compile(std::string_view regex);

  enum class Answer { match, no_match, ask_re2 };
  /// Looks for the first match. Group i is groups[i], group 0 the whole; those beyond the span are
  /// not given out. The views are parts of `text`.
  Answer match(std::string_view text, std::span<std::string_view> groups);

 private:
  enum class Kind : uint8_t { literal, repeat, open, close, end_of_text };
  struct Item {
    Kind kind = Kind::literal;
    std::string literal;
    std::bitset<256> set;  ///< of a repeat
    uint32_t min = 1;
    uint32_t max = 1;
    bool greedy = true;
    bool dot = false;  ///< the set is every byte but a newline
    bool only_longest =
        false;         ///< what follows cannot start inside the run, so no shorter one fits
    size_t group = 0;  ///< of open and close
  };
  class Compiler;

  bool match_from(size_t item, const char* at);
  bool match_repeat(size_t item, const char* at);
  bool longest_first(const Item& item, size_t next, const char* least, const char* most);
  bool shortest_first(const Item& item, size_t next, const char* least, const char* most);
  const char* run_end(const Item& item, const char* at) const;
  void learn();

  std::vector<Item> items_;
  bool anchored_ = false;
  std::string lead_;  // What a match starts with, when that is a text.
  size_t groups_count_ = 1;

  // Of the match that is being made.
  const char* end_ = nullptr;
  int64_t steps_left_ = 0;
  std::vector<std::pair<const char*, const char*>> found_;
};

}  // namespace components::loki::process::stages
