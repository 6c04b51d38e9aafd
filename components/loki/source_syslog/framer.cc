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

/// A larger count is a mistake, whatever max_message_length says.
constexpr size_t kCountBelievedMax = 1 << 20;
/// How far a wrong count is looked behind for the next message: a line is searched once.
constexpr size_t kResyncBytesMax = 64 << 10;

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
  if (!skip_rest_of_cut_message(rest)) return Got::more;
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
      if (got == Got::message) style_ = Style::counted;
      return got;
    }
  }
  const Got got = next_line(rest, at_end, message);
  if (got == Got::message) style_ = Style::line;
  return got;
}

Framer::Belief Framer::believe(std::string_view rest, size_t header, size_t size,
                               bool at_end) const {
  if (!options_.counted_needs_priority || options_.delimiter != '\n') return Belief::yes;
  if (size > std::max(kCountBelievedMax, options_.counted_bytes_max)) return Belief::no;
  if (style_ != Style::line) return Belief::yes;
  if (size > options_.counted_bytes_max) return Belief::no;
  const std::string_view frame = rest.substr(header, size);
  if (has_message_on_line(frame)) return Belief::no;
  if (frame.size() < size) return at_end ? Belief::no : Belief::more;
  const std::string_view after = rest.substr(header + size);
  return after.empty() || may_begin(after) ? Belief::yes : Belief::no;
}

bool Framer::skip_rest_of_cut_message(std::string_view& rest) {
  if (discard_ > 0) {
    const size_t size = std::min(discard_, rest.size());
    rest.remove_prefix(size);
    discard_ -= size;
  }
  if (discard_line_) {
    const size_t end = rest.find(options_.delimiter);
    rest.remove_prefix(std::min(end, rest.size()));
    discard_line_ = end == rest.npos;
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
  // After a count that was too small: its message's rest, up to the next count.
  if (style_ == Style::counted && !may_begin(rest)) {
    const size_t reach_max = std::min(size, kResyncBytesMax);
    for (size_t at = 1; at < reach_max; ++at) {
      if (!is_digit(rest[at]) || is_digit(rest[at - 1])) continue;
      if (read_count(rest.substr(at), true).kind != Count::Kind::counted) continue;
      message = rest.substr(0, at);
      rest.remove_prefix(at);
      return Got::message;
    }
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
  return Got::message;
}

bool Framer::cut(std::string_view& rest, std::string_view& message) {
  if (rest.empty()) return false;
  const Count count = read_count(rest, options_.counted_needs_priority);
  const bool counted = count.kind == Count::Kind::counted;
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
