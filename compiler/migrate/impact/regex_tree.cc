#include "compiler/migrate/impact/regex_tree.h"

#include <charconv>
#include <string>

namespace compiler::migrate::impact {
namespace {

constexpr int kNestingMax = 50;

Symbols range(unsigned from, unsigned to) {
  Symbols set;
  for (unsigned c = from; c <= to; ++c) set.set(c);
  return set;
}

Symbols word() {
  return range('a', 'z') | range('A', 'Z') | range('0', '9') | range('_', '_');
}

Symbols space() {
  Symbols set;
  for (const char c : {' ', '\t', '\n', '\f', '\r'}) set.set(static_cast<unsigned>(c));
  return set;
}

/// \d and its like; nullopt for a letter that means something else.
std::optional<Symbols> class_escape(char letter) {
  switch (letter) {
    case 'd':
      return range('0', '9');
    case 'D':
      return ~range('0', '9');
    case 'w':
      return word();
    case 'W':
      return ~word();
    case 's':
      return space();
    case 'S':
      return ~space();
    default:
      return std::nullopt;
  }
}

/// The character that a backslash and `letter` stand for.
std::optional<char> character_escape(char letter) {
  switch (letter) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case 'r':
      return '\r';
    case 'f':
      return '\f';
    default:
      break;
  }
  if (static_cast<unsigned char>(letter) >= 128 || word().test(static_cast<unsigned>(letter))) {
    return std::nullopt;
  }
  return letter;
}

class RegexReader {
 public:
  explicit RegexReader(std::string_view text) : text_(text) {}

  std::optional<RegexTree> whole() {
    if (next_is('^')) ++at_;
    auto tree = choice();
    if (!ok_ || at_ != text_.size()) return std::nullopt;
    return tree;
  }

 private:
  bool next_is(char c) const { return at_ < text_.size() && text_[at_] == c; }
  bool take(std::string_view token) {
    if (text_.substr(at_).substr(0, token.size()) != token) return false;
    at_ += token.size();
    return true;
  }
  RegexTree give_up() {
    ok_ = false;
    return {};
  }

  /// choice := sequence ("|" sequence)*
  RegexTree choice() {
    if (++depth_ > kNestingMax) return give_up();
    const bool outer_fold = fold_;
    RegexTree tree{.kind = RegexTree::Kind::choice};
    tree.parts.push_back(sequence());
    while (ok_ && take("|")) tree.parts.push_back(sequence());
    fold_ = outer_fold;
    --depth_;
    return tree;
  }

  RegexTree sequence() {
    RegexTree tree{.kind = RegexTree::Kind::sequence};
    while (ok_ && at_ < text_.size() && !next_is('|') && !next_is(')')) {
      if (next_is('$') && at_ + 1 == text_.size() && depth_ == 1) {
        // With a choice beside it, $ would bind to the last branch alone; anchored texts make
        // that the same.
        ++at_;
        break;
      }
      tree.parts.push_back(repeat());
    }
    return tree;
  }

  /// repeat := atom ("*" | "+" | "?" | "{" n ["," [m]] "}") ["?"]
  RegexTree repeat() {
    RegexTree inner = atom();
    while (ok_ && at_ < text_.size()) {
      uint32_t least = 0, most = RegexTree::kNoLimit;
      if (take("*")) {
      } else if (take("+")) {
        least = 1;
      } else if (take("?")) {
        most = 1;
      } else if (next_is('{') && count(least, most)) {
      } else {
        break;
      }
      take("?");
      RegexTree outer{.kind = RegexTree::Kind::repeat, .least = least, .most = most};
      outer.parts.push_back(std::move(inner));
      inner = std::move(outer);
    }
    return inner;
  }

  /// {n}, {n,}, {n,m}. Anything else after a brace is the brace itself.
  bool count(uint32_t& least, uint32_t& most) {
    const auto end = text_.find('}', at_);
    if (end == std::string_view::npos) return false;
    const auto inside = text_.substr(at_ + 1, end - at_ - 1);
    const auto comma = inside.find(',');
    const auto number = [](std::string_view digits, uint32_t& value) {
      const auto [stop, error] =
          std::from_chars(digits.data(), digits.data() + digits.size(), value);
      return error == std::errc{} && stop == digits.data() + digits.size();
    };
    if (!number(inside.substr(0, comma), least)) return false;
    most = least;
    if (comma != std::string_view::npos) {
      most = RegexTree::kNoLimit;
      const auto upper = inside.substr(comma + 1);
      if (!upper.empty() && !number(upper, most)) return false;
    }
    at_ = end + 1;
    return true;
  }

  RegexTree atom() {
    const char c = text_[at_];
    if (c == '(') return group();
    if (c == '[') return bracket();
    if (c == '.') {
      ++at_;
      return of(~Symbols{});
    }
    if (c == '\\') return escape();
    if (c == '*' || c == '+' || c == '?' || c == '^' || c == '$') return give_up();
    ++at_;
    return character(c);
  }

  RegexTree group() {
    ++at_;
    const bool outer_fold = fold_;
    if (take("?P<") || (text_.substr(at_, 2) == "?<" && take("?<"))) {
      const auto end = text_.find('>', at_);
      if (end == std::string_view::npos) return give_up();
      at_ = end + 1;
    } else if (take("?")) {
      while (at_ < text_.size() && (text_[at_] == 'i' || text_[at_] == 's')) {
        fold_ = fold_ || text_[at_] == 'i';
        ++at_;
      }
      if (take(")")) return {};  // (?i) holds until the group around it ends.
      if (!take(":")) return give_up();
    }
    auto inner = choice();
    fold_ = outer_fold;
    if (!take(")")) return give_up();
    return inner;
  }

  RegexTree escape() {
    if (at_ + 1 >= text_.size()) return give_up();
    const char letter = text_[at_ + 1];
    at_ += 2;
    if (const auto set = class_escape(letter)) return of(*set);
    if (const auto c = character_escape(letter)) return character(*c);
    return give_up();
  }

  /// One character within [...]; nullopt ends the reading.
  std::optional<char> bracket_character() {
    char c = text_[at_++];
    if (c == '\\') {
      if (at_ >= text_.size()) return std::nullopt;
      const auto meant = character_escape(text_[at_++]);
      if (!meant) return std::nullopt;
      c = *meant;
    } else if (c == '[' && next_is(':')) {
      return std::nullopt;
    }
    if (static_cast<unsigned char>(c) >= 128) return std::nullopt;
    return c;
  }

  RegexTree bracket() {
    ++at_;
    const bool negated = take("^");
    Symbols set;
    for (bool first = true; at_ < text_.size() && (first || text_[at_] != ']'); first = false) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) {
        if (const auto known = class_escape(text_[at_ + 1])) {
          set |= *known;
          at_ += 2;
          continue;
        }
      }
      const auto from = bracket_character();
      if (!from) return give_up();
      auto to = from;
      if (next_is('-') && at_ + 1 < text_.size() && text_[at_ + 1] != ']') {
        ++at_;
        to = bracket_character();
        if (!to || *to < *from) return give_up();
      }
      set |= range(static_cast<unsigned>(*from), static_cast<unsigned>(*to));
    }
    if (!take("]")) return give_up();
    set = folded(set);
    return of(negated ? ~set : set);
  }

  Symbols folded(Symbols set) const {
    if (!fold_) return set;
    for (unsigned c = 'a'; c <= 'z'; ++c) {
      const unsigned upper = c - 'a' + 'A';
      if (set.test(c) || set.test(upper)) set.set(c).set(upper);
    }
    return set;
  }

  RegexTree character(char c) {
    if (static_cast<unsigned char>(c) >= 128) return give_up();
    return of(folded(Symbols{}.set(static_cast<unsigned>(c))));
  }

  static RegexTree of(const Symbols& set) {
    return {.kind = RegexTree::Kind::symbols, .symbols = set};
  }

  std::string_view text_;
  size_t at_ = 0;
  int depth_ = 0;
  bool fold_ = false;
  bool ok_ = true;
};

}  // namespace

std::optional<RegexTree> read_regex(std::string_view regex) {
  return RegexReader(regex).whole();
}

}  // namespace compiler::migrate::impact
