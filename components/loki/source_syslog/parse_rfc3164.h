#pragma once
#include <string_view>

#include "components/loki/source_syslog/message.h"
#include "components/loki/source_syslog/signature.h"

namespace components::loki::source_syslog {

/// "<" PRI ">" [TIMESTAMP SP [HOSTNAME SP]] [TAG ["[" PID "]"] ": "] MSG
///
/// RFC 3164 describes what was seen, so this takes what is seen: the timestamp is BSD's or RFC
/// 3339's (rsyslog, with any space after the priority), marked with * or . by Cisco, with the year
/// behind the day by firewalls; without one there is no host name either. A token that ends in ':'
/// or in '[...]:' is a tag and no host name (local sockets, Docker's default). A tag has letters,
/// digits and the marks of program names: '"msg":' and "45:" are text. What follows a tag's colon
/// loses one space. False only when there is no priority. Allocates nothing.
///
/// With `cisco`, its components are taken off in front of the timestamp, as configured. Sequence
/// numbers that are not configured stay in the text.
bool parse_rfc3164(std::string_view bytes, const CiscoComponents& cisco, Message& message);

}  // namespace components::loki::source_syslog
