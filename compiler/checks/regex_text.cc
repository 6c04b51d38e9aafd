#include "base/text.h"
#include "compiler/checks/checks.h"

/// What can be seen of a regex (RE2) without an automaton: the characters that it has room for.
namespace compiler::checks {

namespace {

/// Walks a regex and looks for room for one character; unsure is as found.
class Room {
 public:
  Room(std::string_view regex, char wanted) : rest_(regex), wanted_(wanted) {}

  bool found() {
    while (!rest_.empty()) {
      const char c = rest_[0];
      if (c == '.' || rest_.starts_with("(?i")) return true;
      if (c == '\\') {
        if (escape()) return true;
      } else if (c == '[') {
        if (in_class()) return true;
      } else if (rest_.starts_with("(?")) {
        rest_.remove_prefix(std::min(rest_.find_first_of(">:)") + 1, rest_.size()));
      } else if (c == '{') {
        rest_.remove_prefix(std::min(rest_.find('}') + 1, rest_.size()));
      } else {
        if (c == wanted_ && !is_operator(c)) return true;
        rest_.remove_prefix(1);
      }
    }
    return false;
  }

 private:
  static bool is_operator(char c) {
    return std::string_view("()|*+?^$").find(c) != std::string_view::npos;
  }

  /// \d, \., \S: takes it from the front.
  bool escape() {
    const char kind = rest_.size() > 1 ? rest_[1] : '\\';
    rest_.remove_prefix(std::min<size_t>(rest_.size(), 2));
    switch (kind) {
      case 'd':
        return base::is_digit(wanted_);
      case 'w':
        return base::is_word(wanted_);
      case 's':
        return base::is_space(wanted_);
      case 'b':
      case 'A':
      case 'z':
        return false;
      default:
        return base::is_letter(kind) || base::is_digit(kind) || kind == wanted_;
    }
  }

  /// [a-z], [^/], [[:alpha:]]
  bool in_class() {
    const size_t end = rest_.find(']', rest_.starts_with("[^") ? 3 : 2);
    if (end == rest_.npos || rest_[1] == '^') return true;
    const std::string_view inner = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    if (inner.find_first_of("[\\") != inner.npos) return true;
    for (size_t i = 0; i < inner.size(); ++i) {
      const bool is_range = i + 2 < inner.size() && inner[i + 1] == '-';
      const char last = is_range ? inner[i + 2] : inner[i];
      if (inner[i] <= wanted_ && wanted_ <= last) return true;
      if (is_range) i += 2;
    }
    return false;
  }

  std::string_view rest_;
  char wanted_;
};

}  // namespace

bool may_match_character(std::string_view regex, char character) {
  return Room(regex, character).found();
}

}  // namespace compiler::checks
