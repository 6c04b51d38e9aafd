#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "components/loki/source_syslog/signature.h"

namespace components::loki::source_syslog {

/// One parsed syslog message. All text points into the received bytes; an empty view is a field
/// that the message does not have.
struct Message {
  int priority = -1;  ///< facility * 8 + severity; -1: none
  std::string_view timestamp;
  std::string_view hostname;
  std::string_view app_name;
  std::string_view proc_id;
  std::string_view msg_id;
  std::string_view counter;          ///< Cisco
  std::string_view sequence;         ///< Cisco
  std::string_view structured_data;  ///< "[...][...]" with its escapes; empty for "-"
  std::string_view text;
};

/// "<0>" to "<191>" (up to `max`) at the start of `rest`: takes it off and returns the number, else
/// -1 and leaves `rest`.
int take_priority(std::string_view& rest, int max = 191);

/// "error", "daemon", ...: words of a priority (0..191).
std::string_view severity_word(int priority);
std::string_view facility_word(int priority);

/// A time as RFC 3339 has it at the start of a text, up to a blank, a colon and a blank, or the
/// end; also with 't', 'z', a comma in front of the fraction, "+0100", or without an offset. A day
/// that no calendar has, and a year that no int64 of nanoseconds holds, make it none.
struct IsoTime {
  size_t size = 0;  ///< 0: there is none
  bool has_offset = false;
};
IsoTime iso_time(std::string_view text);

/// Whether a message says of itself that it is RFC 5424: priority, a version, a space.
bool looks_like_rfc5424(std::string_view bytes);

/// SYSLOG-MSG = "<" PRI ">" VERSION SP TIMESTAMP SP HOSTNAME SP APP-NAME SP PROCID SP MSGID SP SD
/// [SP MSG], every field but PRI and VERSION may be "-". Tolerant: fields may have 255 bytes,
/// spaces may repeat, and the message may end after any field. False when a field does not fit: no
/// priority or version, a timestamp that is not RFC 3339, bytes that are not printable ASCII,
/// structured data that is malformed (Check Point's, [name:"value"; ...], is the text). Then the
/// words are no fields, and the message is to be forwarded as received. Allocates nothing.
bool parse_rfc5424(std::string_view bytes, Message& message);

/// "<" PRI ">" 1 SP DIGITS "." DIGITS SP ...: the seconds since 1970 that Cisco Meraki writes where
/// RFC 5424 has its timestamp, as nanoseconds. What follows them is a text.
std::optional<int64_t> meraki_time(std::string_view bytes);

/// Calls take(id, name, value) for each parameter of well-formed structured data. `value` still has
/// its escapes. False when it is not well-formed.
bool each_parameter(
    std::string_view structured_data,
    const std::function<void(std::string_view, std::string_view, std::string_view)>& take);

/// Undoes \" \\ and \].
std::string unescaped_parameter(std::string_view value);

/// "<" PRI ">" [TIMESTAMP SP [HOSTNAME SP]] [TAG ["[" PID "]"] ": "] MSG
///
/// RFC 3164 describes what was seen, so this takes what is seen: the timestamp is BSD's or RFC
/// 3339's (rsyslog, with any space after the priority; UTC where it has no offset), marked with *
/// or . by Cisco, with the year behind the day by firewalls; without one there is no host name
/// either. A token that ends in ':' or in '[...]:' is a tag and no host name (local sockets,
/// Docker's default). A tag has letters, digits and the marks of program names: '"msg":' and "45:"
/// are text. What follows a tag's colon loses one space. False only when there is no priority.
/// Allocates nothing.
///
/// With `cisco`, its components are taken off in front of the timestamp, as configured. Sequence
/// numbers that are not configured stay in the text.
bool parse_rfc3164(std::string_view bytes, const CiscoComponents& cisco, Message& message);

/// "Nov 21 03:30:03", also with a fraction of the second or the year behind the day; taken as UTC.
/// Without a year it is the one that puts it closest to `now_ns`, so a message of 31 December that
/// is read in January gets last year's; 29 February is that of the last leap year where those next
/// to now are none.
std::optional<int64_t> parse_bsd_time(std::string_view text, int64_t now_ns);

/// Length of a BSD timestamp at the start of `text` ("Nov  1 03:30:03", with a fraction when there
/// is one), 0 when there is none.
size_t bsd_time_size(std::string_view text);

}  // namespace components::loki::source_syslog
