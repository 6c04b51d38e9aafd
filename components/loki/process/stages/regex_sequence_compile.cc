#include <algorithm>

#include "base/text.h"
#include "components/loki/process/stages/regex_sequence.h"

namespace components::loki::process::stages {

/// Notes what a match must start with. And where the item behind a run must start with a byte that
/// the run cannot hold, going back into the run is in vain.
void RegexSequence::learn() {
  for (const Item& item : items_) {
    if (item.kind == Kind::open) continue;
    lead_ = item.literal;  // Empty unless it is a literal.
    break;
  }

  for (size_t i = 0; i < items_.size(); ++i) {
    Item& item = items_[i];
    if (item.kind != Kind::repeat) continue;
    size_t next = i + 1;
    while (next < items_.size() &&
           (items_[next].kind == Kind::open || items_[next].kind == Kind::close))
      ++next;
    if (next == items_.size()) {
      item.only_longest = item.greedy;  // Whatever length fits, and the longest comes first.
      continue;
    }
    const Item& follower = items_[next];
    // With a bound the run may end inside its own bytes, before what follows.
    const bool unbounded = item.max == ~uint32_t{0};
    if (follower.kind == Kind::end_of_text)
      item.only_longest = unbounded;
    else if (follower.kind == Kind::literal)
      item.only_longest = unbounded && !item.set[static_cast<unsigned char>(follower.literal[0])];
    else
      item.only_longest = unbounded && follower.min > 0 && (item.set & follower.set).none();
  }
}

/// Reads the regex; gives up at the first thing that it does not know.
class RegexSequence::Compiler {
 public:
  explicit Compiler(std::string_view regex) : rest_(regex) {}

  std::optional<RegexSequence> run() {
    if (rest_.starts_with('^')) {
      out_.anchored_ = true;
      rest_.remove_prefix(1);
    }
    while (!rest_.empty())
      if (!item()) return std::nullopt;
    if (!open_.empty()) return std::nullopt;
    out_.learn();
    out_.found_.resize(out_.groups_count_);
    return std::move(out_);
  }

 private:
  bool item() {
    switch (rest_.front()) {
      case '(':
        return open();
      case ')':
        return close();
      case '$':
        rest_.remove_prefix(1);
        if (!rest_.empty() && rest_.front() != ')') return false;
        out_.items_.push_back({.kind = Kind::end_of_text});
        return true;
      case '|':
      case '^':
      case '*':
      case '+':
      case '?':
      case '{':
        return false;
      default:
        return repeat();
    }
  }

  // open = "(" [ "?P<" name ">" | "?<" name ">" | "?:" ] .
  bool open() {
    rest_.remove_prefix(1);
    size_t group = out_.groups_count_;
    if (rest_.starts_with("?:")) {
      group = 0;
      rest_.remove_prefix(2);
    } else if (rest_.starts_with("?P<") || rest_.starts_with("?<")) {
      rest_.remove_prefix(std::min(rest_.size(), rest_.find('>') + 1));
    } else if (rest_.starts_with('?')) {
      return false;
    }
    open_.push_back(group);
    if (group == 0) return true;
    ++out_.groups_count_;
    out_.items_.push_back({.kind = Kind::open, .group = group});
    return true;
  }

  bool close() {
    rest_.remove_prefix(1);
    if (open_.empty()) return false;
    const size_t group = open_.back();
    open_.pop_back();
    if (group > 0) out_.items_.push_back({.kind = Kind::close, .group = group});
    return rest_.empty() || std::string_view("*+?{").find(rest_.front()) == rest_.npos;
  }

  // repeat = ( char | class ) [ "*" | "+" | "?" | "{" n [ "," [ m ] ] "}" ] [ "?" ] .
  bool repeat() {
    Item made{.kind = Kind::repeat};
    bool single = false;
    if (!set(made.set, single)) return false;
    made.dot = dot_;
    const bool plain = !quantifier(made);
    if (bad_) return false;
    if (!plain || !single) {
      out_.items_.push_back(std::move(made));
      return true;
    }
    if (out_.items_.empty() || out_.items_.back().kind != Kind::literal)
      out_.items_.push_back({.kind = Kind::literal});
    out_.items_.back().literal += char_;
    return true;
  }

  bool quantifier(Item& item) {
    if (rest_.empty()) return false;
    constexpr uint32_t kMany = ~uint32_t{0};
    switch (rest_.front()) {
      case '*':
        item.min = 0;
        item.max = kMany;
        break;
      case '+':
        item.max = kMany;
        break;
      case '?':
        item.min = 0;
        break;
      case '{':
        bad_ = true;  // Counted repetition: RE2.
        return false;
      default:
        return false;
    }
    rest_.remove_prefix(1);
    item.greedy = !rest_.starts_with('?');
    if (!item.greedy) rest_.remove_prefix(1);
    // RE2 reads a second quantifier in its own way.
    bad_ = !rest_.empty() && std::string_view("*+?{").find(rest_.front()) != rest_.npos;
    return true;
  }

  /// One character, class or dot. `single` and char_ when it is one character.
  bool set(std::bitset<256>& out, bool& single) {
    dot_ = false;
    const char c = rest_.front();
    if (static_cast<signed char>(c) < 0) return false;
    rest_.remove_prefix(1);
    if (c == '.') {
      dot_ = true;
      out.set();
      out.reset('\n');
      return true;
    }
    if (c == '[') return bracket(out);
    if (c == '\\') return escape(out, single);
    single = true;
    char_ = c;
    out.set(static_cast<unsigned char>(c));
    return true;
  }

  /// After a backslash: a class letter, or a character that stands for itself.
  bool escape(std::bitset<256>& out, bool& single) {
    if (rest_.empty()) return false;
    const char c = rest_.front();
    rest_.remove_prefix(1);
    std::bitset<256> members;
    const auto range = [&](int from, int to) {
      for (int i = from; i <= to; ++i) members.set(static_cast<size_t>(i));
    };
    switch (c | 0x20) {
      case 'd':
        range('0', '9');
        break;
      case 'w':
        range('0', '9');
        range('A', 'Z');
        range('a', 'z');
        members.set('_');
        break;
      case 's':
        for (const char space : {' ', '\t', '\n', '\f', '\r'})
          members.set(static_cast<size_t>(space));
        break;
      default:
        break;
    }
    if (members.any()) {
      const bool negated = c >= 'A' && c <= 'Z';
      out |= negated ? ~members : members;
      return true;
    }
    char_ = c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
    const bool letter = base::is_letter(c) || base::is_digit(c);
    if (c == char_ && (letter || static_cast<signed char>(c) < 0)) return false;
    single = true;
    out.set(static_cast<unsigned char>(char_));
    return true;
  }

  // bracket = "[" [ "^" ] { char [ "-" char ] | escape } "]" .
  bool bracket(std::bitset<256>& out) {
    const bool negated = rest_.starts_with('^');
    if (negated) rest_.remove_prefix(1);
    for (bool first = true; !rest_.empty(); first = false) {
      if (rest_.front() == ']' && !first) {
        rest_.remove_prefix(1);
        if (negated) out.flip();
        return true;
      }
      if (rest_.front() == '[' || rest_.front() == ']') return false;  // [:name:] and oddities.
      if (!member(out)) return false;
    }
    return false;
  }

  bool member(std::bitset<256>& out) {
    bool single = false;
    std::bitset<256> from;
    if (!bracket_char(from, single)) return false;
    const bool range = single && rest_.size() > 1 && rest_[0] == '-' && rest_[1] != ']';
    if (!range) {
      out |= from;
      return true;
    }
    const auto first = static_cast<unsigned char>(char_);
    rest_.remove_prefix(1);
    bool single_end = false;
    std::bitset<256> to;
    if (!bracket_char(to, single_end) || !single_end) return false;
    const auto last = static_cast<unsigned char>(char_);
    if (last < first) return false;
    for (size_t i = first; i <= last; ++i) out.set(i);
    return true;
  }

  bool bracket_char(std::bitset<256>& out, bool& single) {
    const char c = rest_.front();
    if (static_cast<signed char>(c) < 0) return false;
    rest_.remove_prefix(1);
    if (c == '\\') return escape(out, single);
    single = true;
    char_ = c;
    out.set(static_cast<unsigned char>(c));
    return true;
  }

  std::string_view rest_;
  RegexSequence out_;
  std::vector<size_t> open_;  // Groups that are open; 0 for those that capture nothing.
  char char_ = 0;
  bool dot_ = false;
  bool bad_ = false;
};

std::optional<RegexSequence> RegexSequence::compile(std::string_view regex) {
  return Compiler(regex).run();
}

}  // namespace components::loki::process::stages
