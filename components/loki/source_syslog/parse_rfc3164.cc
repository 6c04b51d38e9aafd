#include <algorithm>

#include "base/text.h"
#include "components/loki/source_syslog/parse.h"

namespace components::loki::source_syslog {
namespace {

using base::is_digit;

constexpr size_t kTagSizeMax = 128;

void skip_spaces(std::string_view& rest) {
  size_t at = 0;
  while (at < rest.size() && rest[at] == ' ') ++at;
  rest.remove_prefix(at);
}

/// DIGITS ":" SP, as Cisco writes counters; no part of a clock.
std::string_view take_counter(std::string_view& rest) {
  size_t at = 0;
  while (at < rest.size() && is_digit(rest[at])) ++at;
  if (at == 0 || at >= rest.size() || rest[at] != ':') return {};
  if (at + 1 < rest.size() && is_digit(rest[at + 1])) return {};
  const std::string_view number = rest.substr(0, at);
  rest.remove_prefix(at + 1);
  skip_spaces(rest);
  return number;
}

bool is_alphanumeric(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// A word that can be a host name or an address.
bool is_host_name(std::string_view text) {
  constexpr std::string_view kMarks = "_.-:%";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_alphanumeric(c) || static_cast<unsigned char>(c) >= 0x80 ||
           kMarks.find(c) != kMarks.npos;
  }) && std::any_of(text.begin(), text.end(), is_alphanumeric);
}

/// Whether a time comes next, which Cisco marks when its clock is not set.
bool begins_with_time(std::string_view rest) {
  if (rest.starts_with('*') || rest.starts_with('.')) rest.remove_prefix(1);
  return bsd_time_size(rest) > 0;
}

/// NAME ":" SP: where a message comes from.
std::string_view take_origin(std::string_view& rest) {
  const size_t end = std::min(rest.find(": "), rest.size());
  const std::string_view name = rest.substr(0, end);
  if (end == rest.size() || !is_host_name(name) || std::all_of(name.begin(), name.end(), is_digit))
    return {};
  rest.remove_prefix(end + 2);
  skip_spaces(rest);
  return name;
}

/// An origin, when a time follows, or a sequence number and a time: IOS writes both orders.
std::string_view take_cisco_hostname(std::string_view& rest) {
  std::string_view after = rest;
  const std::string_view name = take_origin(after);
  std::string_view time = after;
  take_counter(time);
  if (name.empty() || !begins_with_time(time)) return {};
  rest = after;
  return name;
}

std::string_view take_timestamp(std::string_view& rest) {
  for (const std::string_view mark : {"*", ".", ": ", ":"})  // Cisco's.
    if (rest.starts_with(mark) && bsd_time_size(rest.substr(mark.size())) > 0)
      rest.remove_prefix(mark.size());
  size_t size = bsd_time_size(rest);
  if (size == 0) size = iso_time(rest).size;
  const std::string_view timestamp = rest.substr(0, size);
  rest.remove_prefix(size);
  // Cisco ends it with a colon.
  if (size > 0 && rest.starts_with(": ")) rest.remove_prefix(1);
  skip_spaces(rest);
  return timestamp;
}

/// RFC 3164 has alphanumeric tags; real ones are names of programs, units and log sources. Quotes,
/// braces and "=" are in none: they begin a text in JSON or in key=value form.
bool is_tag(std::string_view text, bool may_have_colon = false) {
  constexpr std::string_view kMarks = "_./-@%+#()$~*,\\";
  bool has_letter = false;
  for (const char c : text) {
    const bool high = static_cast<unsigned char>(c) >= 0x80;  // A name in UTF-8.
    const bool is_mark = kMarks.find(c) != kMarks.npos || (c == ':' && may_have_colon);
    if (!is_alphanumeric(c) && !high && !is_mark) return false;
    has_letter = has_letter || high || (is_alphanumeric(c) && !is_digit(c));
  }
  return has_letter;  // Digits are a counter, or an address.
}

/// "3w2d", "1d03h": how long IOS has run, which it writes in place of a time.
bool is_uptime(std::string_view text) {
  constexpr std::string_view kUnits = "ywdhms";
  bool is_after_digit = false;
  for (const char c : text) {
    const bool is_unit = kUnits.find(c) != kUnits.npos;
    if (!is_digit(c) && !(is_unit && is_after_digit)) return false;
    is_after_digit = is_digit(c);
  }
  return !text.empty() && !is_after_digit;
}

bool is_pid(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c > ' ' && c <= '~' && c != '['; });
}

/// TAG ["[" PID "]"] ":" at the start of `rest`; false when there is none.
bool take_tag(std::string_view& rest, Message& message) {
  size_t end = rest.substr(0, kTagSizeMax).find_first_of(" :[");
  if (end == rest.npos || end == 0 || rest[end] == ' ') return false;
  // Docker's may be the name of an image, "registry:5000/app[12]:".
  const std::string_view word = rest.substr(0, std::min(rest.find(' '), kTagSizeMax));
  const bool is_image = rest[end] == ':' && word.ends_with("]:") && word.find('[') != word.npos;
  if (is_image) end = word.find('[');
  size_t after = end;
  std::string_view pid;
  if (rest[end] == '[') {
    const size_t close = rest.substr(0, kTagSizeMax).find(']', end);
    if (close == rest.npos) return false;
    pid = rest.substr(end + 1, close - end - 1);
    after = close + 1;
  }
  const bool at_end = after == rest.size();
  if (!at_end && rest[after] != ':') return false;
  if (at_end && pid.empty()) return false;
  // "10:20" or "C:\x" are no tags: the colon is followed by a space or by nothing.
  if (!at_end && after + 1 < rest.size() && rest[after + 1] != ' ') return false;
  if (!is_tag(rest.substr(0, end), is_image) || is_uptime(rest.substr(0, end)) || !is_pid(pid))
    return false;
  message.app_name = rest.substr(0, end);
  message.proc_id = pid;
  rest.remove_prefix(at_end ? after : after + 1);
  if (rest.starts_with(' ')) rest.remove_prefix(1);
  return true;
}

/// A host name and a relay or a sender, as syslog-ng ("src@host"), rsyslog ("relay/host") and
/// firewalls ("fw/context") write them; no path.
bool is_host_chain(std::string_view text) {
  std::string name(text);
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '/' || c == '@'; }, '-');
  return !text.empty() && is_alphanumeric(text.front()) && is_host_name(name);
}

/// 1*(DIGIT ":" SP), also with an origin before, between or behind, in front of a time: sequence
/// numbers that a listener was not configured for.
size_t counters_size(std::string_view rest) {
  const size_t whole = rest.size();
  constexpr int kWordsMax = 3;
  bool has_number = false, has_origin = false;
  for (int words = 0; words < kWordsMax; ++words) {
    if (!take_counter(rest).empty())
      has_number = true;
    else if (!has_origin && !take_origin(rest).empty())
      has_origin = true;
    else
      break;
  }
  return has_number && begins_with_time(rest) ? whole - rest.size() : 0;
}

/// In front of a time: the node of IOS XR, "RP/0/RSP0/CPU0:", or the name and the task of a
/// wireless controller, "WLC01: *spamApTask0: ". Neither is who wrote the message.
size_t device_size(std::string_view rest) {
  const size_t whole = rest.size();
  take_counter(rest);
  const auto is_of_node = [](char c) { return is_digit(c) || (c >= 'A' && c <= 'Z') || c == '/'; };
  const size_t colon = std::min(rest.find(':'), rest.size());
  const std::string_view node = rest.substr(0, colon);
  if (node.find('/') != node.npos && std::all_of(node.begin(), node.end(), is_of_node)) {
    rest.remove_prefix(std::min(colon + 1, rest.size()));
    return begins_with_time(rest) ? whole - rest.size() : 0;
  }
  if (take_origin(rest).empty() || !rest.starts_with('*')) return 0;
  rest.remove_prefix(1);
  return !take_origin(rest).empty() && begins_with_time(rest) ? whole - rest.size() : 0;
}

/// What AIX and others put in front when they forward: "Message forwarded from HOST: ".
bool take_forwarder(std::string_view& rest, Message& message) {
  constexpr std::string_view kWords = "Message forwarded from ";
  if (!rest.starts_with(kWords)) return false;
  const std::string_view after = rest.substr(kWords.size());
  const size_t end = after.find(": ");
  if (end == after.npos || !is_host_name(after.substr(0, end))) return false;
  message.hostname = after.substr(0, end);
  rest = after.substr(end + 2);
  return true;
}

/// Without a host name in front of them.
bool is_repetition(std::string_view text) {
  return text.starts_with("last message repeated ") || text.starts_with("message repeated ") ||
         text.starts_with("--- last message repeated ");
}

}  // namespace

bool parse_rfc3164(std::string_view rest, const CiscoComponents& cisco, Message& message) {
  message = {};
  message.priority = take_priority(rest);
  if (message.priority < 0) return false;
  skip_spaces(rest);
  if (cisco.enable_all || cisco.message_counter) message.counter = take_counter(rest);
  const bool has_origin = cisco.enable_all || cisco.hostname;
  if (has_origin) message.hostname = take_cisco_hostname(rest);
  if (cisco.enable_all || cisco.sequence_number) message.sequence = take_counter(rest);
  if (has_origin && message.hostname.empty()) message.hostname = take_cisco_hostname(rest);
  if (const size_t before = std::max(counters_size(rest), device_size(rest))) {
    // Counters grow without end, so they are no label; the text keeps what is in front of a time.
    message.text = rest;
    rest.remove_prefix(before);
    message.timestamp = take_timestamp(rest);
    return true;
  }
  message.timestamp = take_timestamp(rest);
  const bool is_forwarded = message.hostname.empty() && take_forwarder(rest, message);
  if (take_tag(rest, message) || is_forwarded || is_repetition(rest)) {
    message.text = rest;
    return true;
  }
  const size_t space = rest.find(' ');
  const bool may_have_host = !message.timestamp.empty() && message.hostname.empty();
  if (may_have_host && space != rest.npos && rest[0] != '%' &&
      is_host_chain(rest.substr(0, space))) {
    const std::string_view host = rest.substr(0, space);
    std::string_view after = rest.substr(space + 1);
    if (!is_host_name(host)) {  // Only where a tag follows: it may be a path.
      std::string_view tag = after;
      skip_spaces(tag);
      if (tag.starts_with(": ")) tag.remove_prefix(2);
      Message ignored;
      if (!take_tag(tag, ignored)) {
        message.text = rest;
        return true;
      }
    }
    message.hostname = host;
    rest = after;
    // Some put blanks, or a colon, between the host name and the tag.
    skip_spaces(after);
    if (after.starts_with(": ")) {
      after.remove_prefix(2);
      rest = after;
    }
    if (take_tag(after, message)) rest = after;
  }
  message.text = rest;
  return true;
}

}  // namespace components::loki::source_syslog
