#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

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

}  // namespace components::loki::source_syslog
