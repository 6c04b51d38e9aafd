#include "components/loki/source_syslog/framer.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace components::loki::source_syslog {
namespace {

/// A count of more digits is none.
constexpr size_t kCountDigitsMax = 8;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// "1*DIGIT SP", the first digit not 0, and '<' behind it when that is asked for.
struct Count {
  enum class Kind { none, incomplete, counted } kind = Kind::none;
  size_t header = 0;  ///< bytes of digits and space
  size_t size = 0;    ///< of the message
};

Count read_count(std::string_view bytes, bool needs_priority) {
  if (bytes.empty() || bytes[0] == '0') return {};
  size_t at = 0, size = 0;
  for (; at < bytes.size() && at < kCountDigitsMax && is_digit(bytes[at]); ++at)
    size = size * 10 + static_cast<size_t>(bytes[at] - '0');
  if (at == bytes.size()) return {at > 0 ? Count::Kind::incomplete : Count::Kind::none, 0, 0};
  if (at == 0 || bytes[at] != ' ') return {};
  if (needs_priority) {
    if (at + 1 == bytes.size()) return {Count::Kind::incomplete, 0, 0};
    if (bytes[at + 1] != '<') return {};
  }
  return {Count::Kind::counted, at + 1, size};
}

}  // namespace

Framer::Got Framer::next(std::string_view& rest, bool at_end, std::string_view& message) {
  if (!skip_rest_of_cut_message(rest)) return Got::more;
  // Between messages: ends of lines that follow a counted message, empty lines.
  while (!rest.empty() && (rest[0] == '\n' || rest[0] == '\0' || rest[0] == '\r'))
    rest.remove_prefix(1);
  if (rest.empty()) return Got::more;
  const Count count = read_count(rest, options_.counted_needs_priority);
  if (count.kind == Count::Kind::counted)
    return next_counted(rest, count.header, count.size, at_end, message);
  if (count.kind == Count::Kind::incomplete && !at_end) return Got::more;
  return next_line(rest, at_end, message);
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
