#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "components/loki/source_syslog/message.h"

namespace components::loki::source_syslog {

/// Whether a message says of itself that it is RFC 5424: priority, a version, a space.
bool looks_like_rfc5424(std::string_view bytes);

/// SYSLOG-MSG = "<" PRI ">" VERSION SP TIMESTAMP SP HOSTNAME SP APP-NAME SP PROCID SP MSGID SP SD
/// [SP MSG], every field but PRI and VERSION may be "-". Tolerant: fields may have 255 bytes,
/// spaces may repeat, and the message may end after any field. False when a field does not fit: no
/// priority or version, a timestamp that is not RFC 3339, bytes that are not printable ASCII,
/// structured data that is malformed. Then the words are no fields, and the message is to be
/// forwarded as received. Allocates nothing.
bool parse_rfc5424(std::string_view bytes, Message& message);

/// Calls take(id, name, value) for each parameter of well-formed structured data. `value` still has
/// its escapes. False when it is not well-formed.
bool each_parameter(
    std::string_view structured_data,
    const std::function<void(std::string_view, std::string_view, std::string_view)>& take);

/// Undoes \" \\ and \].
std::string unescaped_parameter(std::string_view value);

}  // namespace components::loki::source_syslog
