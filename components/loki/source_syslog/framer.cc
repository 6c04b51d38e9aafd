#include "components/loki/source_syslog/framer.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/text.h"

namespace components::loki::source_syslog {
namespace {

/// A count of more digits is none.
constexpr size_t kCountDigitsMax = 8;

using base::is_digit;

/// A larger count is taken for a part of a text, but where it is sure that messages are counted.
constexpr size_t kCountBelievedMax = 1 << 20;
/// How far a wrong count is looked behind for the next message: a line is searched once.
constexpr size_t kResyncBytesMax = 64 << 10;
/// The most of a count that does not show yet what it is: all but the end of "12345678 <191>".
constexpr size_t kCountBytesMax = kCountDigitsMax + 5;

/// "1*DIGIT SP", the first digit not 0, and a whole priority after it when that is asked for.
struct Count {
  enum class Kind { none, incomplete, counted } kind = Kind::none;
  size_t header = 0;  ///< bytes of digits and space
  size_t size = 0;    ///< of the message
};

/// Whether bytes begin with "<0>" to "<191>", or with as much of it as there are bytes.
Count::Kind read_priority(std::string_view bytes) {
  if (bytes.empty()) return Count::Kind::incomplete;
  if (bytes[0] != '<') return Count::Kind::none;
  int number = 0;
  size_t at = 1;
  for (; at < bytes.size() && at < 4 && is_digit(bytes[at]); ++at)
    number = number * 10 + (bytes[at] - '0');
  if (number > 191) return Count::Kind::none;
  if (at == bytes.size()) return Count::Kind::incomplete;
  return at > 1 && bytes[at] == '>' ? Count::Kind::counted : Count::Kind::none;
}

Count read_count(std::string_view bytes, bool needs_priority) {
  if (bytes.empty() || bytes[0] == '0') return {};
  size_t at = 0, size = 0;
  for (; at < bytes.size() && at < kCountDigitsMax && is_digit(bytes[at]); ++at)
    size = size * 10 + static_cast<size_t>(bytes[at] - '0');
  if (at == bytes.size()) return {at > 0 ? Count::Kind::incomplete : Count::Kind::none, 0, 0};
  if (at == 0 || bytes[at] != ' ') return {};
  const auto kind = needs_priority ? read_priority(bytes.substr(at + 1)) : Count::Kind::counted;
  if (kind != Count::Kind::counted) return {kind, 0, 0};
  if (needs_priority && read_priority(bytes.substr(at + 1, size)) != kind) return {};
  return {kind, at + 1, size};
}

/// Whether a message, or what may stand between two, can begin like this.
bool may_begin(std::string_view bytes) {
  const char c = bytes.front();
  return c == '<' || c == '\n' || c == '\r' || c == '\0' || is_digit(c);
}

/// Whether a message ends where its count says.
enum class Fit { no, open, yes };

/// By what follows it, which must be the beginning of another one. `open`: more bytes must tell.
Fit fit_of(std::string_view bytes, const Count& count, bool at_end) {
  const Fit unknown = at_end ? Fit::no : Fit::open;
  if (bytes.size() < count.header + count.size) return unknown;
  const std::string_view after = bytes.substr(count.header + count.size);
  if (after.empty()) return at_end ? Fit::yes : Fit::open;
  if (after[0] == '\n' || after[0] == '\r' || after[0] == '\0') return Fit::yes;
  switch (std::max(read_priority(after), read_count(after, true).kind)) {
    case Count::Kind::none:
      return Fit::no;
    case Count::Kind::incomplete:
      return unknown;
    case Count::Kind::counted:
      break;
  }
  return Fit::yes;
}

/// A place in bytes where a count begins; `open` when more bytes must tell where.
struct Place {
  size_t at = std::string_view::npos;
  Fit fit = Fit::no;
};

/// Where in the digits from `begin` up to `end` a count begins: a text in front of it may end in
/// digits. It is the shortest count that fits, and the longest one when none does.
Place count_in_digits(std::string_view bytes, size_t begin, size_t end, bool at_end) {
  begin = std::max(begin, end - std::min(end, kCountDigitsMax));
  Place longest;
  for (size_t at = end; at-- > begin;) {
    const std::string_view from = bytes.substr(at);
    const Count count = read_count(from, true);
    if (count.kind != Count::Kind::counted) continue;
    // Of one that was not yet seen to be wrong, a longer count shows more.
    if (longest.fit == Fit::open) return {std::string_view::npos, Fit::open};
    // Digits of a text may have any size: so much is not thrown away for them.
    if (count.size > kResyncBytesMax) break;
    longest = {at, fit_of(from, count, at_end)};
    if (longest.fit == Fit::yes) break;
  }
  return longest;
}

/// The first count in bytes at `from` or behind it, whose digits start within `reach`.
Place find_count(std::string_view bytes, size_t from, size_t reach, bool at_end) {
  for (size_t at = 0; at < reach;) {
    if (!is_digit(bytes[at])) {
      ++at;
      continue;
    }
    const size_t begin = at;
    while (at < bytes.size() && is_digit(bytes[at])) ++at;
    if (!bytes.substr(at).starts_with(" <")) continue;
    const Place place = count_in_digits(bytes, std::max(begin, from), at, at_end);
    if (place.at != bytes.npos || place.fit == Fit::open) return place;
  }
  return {};
}

/// Whether a message begins on a line within a frame: then the frame is none.
bool has_message_on_line(std::string_view frame) {
  for (size_t at = 0; (at = frame.find('\n', at)) != frame.npos;) {
    const std::string_view line = frame.substr(++at);
    if (read_priority(line) == Count::Kind::counted ||
        read_count(line, true).kind == Count::Kind::counted)
      return true;
  }
  return false;
}

}  // namespace

Framer::Got Framer::next(std::string_view& rest, bool at_end, std::string_view& message) {
  if (!skip_rest_of_cut_message(rest, at_end)) return Got::more;
  // Between messages: ends of lines that follow a counted message, empty lines.
  while (!rest.empty() && (rest[0] == '\n' || rest[0] == '\0' || rest[0] == '\r'))
    rest.remove_prefix(1);
  if (rest.empty()) return Got::more;
  const Count count = read_count(rest, options_.counted_needs_priority);
  if (count.kind == Count::Kind::incomplete && !at_end) return Got::more;
  if (count.kind == Count::Kind::counted) {
    const Belief belief = believe(rest, count.header, count.size, at_end);
    if (belief == Belief::more) return Got::more;
    if (belief == Belief::yes) {
      const Got got = next_counted(rest, count.header, count.size, at_end, message);
      if (got == Got::message) {
        style_ = Style::counted;
        was_counted_ = true;
      }
      return got;
    }
  }
  return next_line(rest, at_end, message);
}

Framer::Belief Framer::believe(std::string_view rest, size_t header, size_t size,
                               bool at_end) const {
  if (!options_.counted_needs_priority || options_.delimiter != '\n') return Belief::yes;
  if (style_ == Style::counted) {
    if (rest.size() <= header + size) return Belief::yes;
    const Count count{Count::Kind::counted, header, size};
    if (fit_of(rest, count, at_end) != Fit::no) return Belief::yes;
    // The digits may be the end of a text whose count was too small, and the count itself.
    const bool shorter = count_in_digits(rest, 1, header - 1, at_end).fit == Fit::yes;
    return shorter ? Belief::no : Belief::yes;
  }
  if (style_ == Style::unknown) {
    if (size <= std::max(kCountBelievedMax, options_.counted_bytes_max)) return Belief::yes;
    // A long message, of several lines perhaps, when no other one begins where lines do.
    const std::string_view reach = rest.substr(0, options_.line_bytes_max + 1);
    if (has_message_on_line(reach)) return Belief::no;
    if (reach.size() > options_.line_bytes_max) return Belief::yes;
    return at_end ? Belief::no : Belief::more;
  }
  if (size > options_.counted_bytes_max) return Belief::no;
  const std::string_view frame = rest.substr(header, size);
  if (has_message_on_line(frame)) return Belief::no;
  if (frame.size() < size) return at_end ? Belief::no : Belief::more;
  const std::string_view after = rest.substr(header + size);
  return after.empty() || may_begin(after) ? Belief::yes : Belief::no;
}

bool Framer::skip_rest_of_cut_message(std::string_view& rest, bool at_end) {
  if (discard_ > 0) {
    const size_t size = std::min(discard_, rest.size());
    rest.remove_prefix(size);
    discard_ -= size;
  }
  if (discard_line_) {
    size_t end = rest.find(options_.delimiter);
    discard_line_ = end == rest.npos;
    if (!discard_line_ && style_ == Style::unknown) style_ = Style::line;
    if (was_counted_) {
      const Place count = find_count(rest, 0, std::min(end, rest.size()), at_end);
      if (count.at != rest.npos) {
        end = count.at;
        discard_line_ = false;
      } else if (count.fit == Fit::open && rest.size() <= options_.line_bytes_max) {
        discard_line_ = true;
        return false;
      } else if (discard_line_ && !at_end) {
        end = rest.size() - std::min(rest.size(), kCountBytesMax);  // There it may begin.
      }
    }
    rest.remove_prefix(std::min(end, rest.size()));
  }
  return discard_ == 0 && !discard_line_;
}

Framer::Got Framer::next_counted(std::string_view& rest, size_t header, size_t size, bool at_end,
                                 std::string_view& message) {
  const size_t kept = std::min(size, options_.counted_bytes_max);
  if (rest.size() < header + kept && !at_end) return Got::more;
  message = rest.substr(header, kept);
  rest.remove_prefix(std::min(rest.size(), header + kept));
  if (size > kept) {
    ++truncated_;
    discard_ = size - kept;
  }
  return Got::message;
}

Framer::Got Framer::next_line(std::string_view& rest, bool at_end, std::string_view& message) {
  const std::string_view reach = rest.substr(0, options_.line_bytes_max + 1);
  const void* found = std::memchr(reach.data(), options_.delimiter, reach.size());
  size_t size =
      found ? static_cast<size_t>(static_cast<const char*>(found) - rest.data()) : reach.size();
  // After a count that was wrong: what is left of its message, up to the next count. Where messages
  // are counted a line that does not end is such a rest, too; one that begins as a message may be a
  // line whose end is to come, unless the next count fits.
  const bool is_too_long = !found && reach.size() > options_.line_bytes_max;
  const bool begins = read_priority(rest) != Count::Kind::none;
  if ((style_ == Style::counted && (!begins || !found)) || (was_counted_ && is_too_long)) {
    const Place count = find_count(rest, 1, std::min(size, kResyncBytesMax), at_end);
    const bool is_sure = !begins || is_too_long || count.fit == Fit::yes;
    if (count.at != rest.npos && is_sure) {
      message = rest.substr(0, count.at);
      rest.remove_prefix(count.at);
      return Got::message;
    }
    if (count.fit == Fit::open && rest.size() <= options_.line_bytes_max) return Got::more;
  }
  // Some devices end messages with a NUL instead; a NUL inside of a line ends nothing.
  for (size_t at = 0; at < size;) {
    const void* nul = std::memchr(rest.data() + at, '\0', size - at);
    if (!nul) break;
    at = static_cast<size_t>(static_cast<const char*>(nul) - rest.data()) + 1;
    const bool ends = at < rest.size() ? rest[at] == '<' : true;
    if (!ends) continue;
    message = rest.substr(0, at - 1);
    rest.remove_prefix(at);
    saw_line(message);
    return Got::message;
  }
  if (!found && reach.size() <= options_.line_bytes_max) {
    if (!at_end) return Got::more;
    message = std::exchange(rest, {});
    return Got::message;
  }
  if (size > options_.line_bytes_max) {
    ++truncated_;
    discard_line_ = true;
    size = options_.line_bytes_max;
    message = rest.substr(0, size);
    rest.remove_prefix(size);
    return Got::message;
  }
  message = rest.substr(0, size);
  rest.remove_prefix(size + 1);
  saw_line(message);
  return Got::message;
}

/// A line of a text does not change how messages are framed.
void Framer::saw_line(std::string_view line) {
  const bool is_message = read_priority(line) == Count::Kind::counted;
  if (style_ == Style::unknown || is_message) style_ = Style::line;
}

bool Framer::cut(std::string_view& rest, std::string_view& message) {
  if (discard_ > 0 || discard_line_) rest = {};
  if (rest.empty()) return false;
  const Count count = read_count(rest, options_.counted_needs_priority);
  const bool counted = count.kind == Count::Kind::counted &&
                       believe(rest, count.header, count.size, false) != Belief::no;
  if (counted) rest.remove_prefix(count.header);
  message = std::exchange(rest, {});
  if (counted)
    discard_ = count.size - std::min(count.size, message.size());
  else
    discard_line_ = true;
  ++truncated_;
  return !message.empty();
}

size_t Framer::take_truncated() {
  return std::exchange(truncated_, 0);
}

size_t Framer::pending_bytes_max() const {
  return std::max(options_.line_bytes_max, options_.counted_bytes_max + kCountDigitsMax + 1);
}

}  // namespace components::loki::source_syslog
