#include "components/loki/source_syslog/message.h"

#include <array>

namespace components::loki::source_syslog {
namespace {

constexpr std::array<std::string_view, 8> kSeverities = {
    "emergency", "alert", "critical", "error", "warning", "notice", "informational", "debug"};
constexpr std::array<std::string_view, 24> kFacilities = {
    "kern",   "user",   "mail",     "daemon", "auth",   "syslog",   "lpr",     "news",
    "uucp",   "cron",   "authpriv", "ftp",    "ntp",    "security", "console", "solaris-cron",
    "local0", "local1", "local2",   "local3", "local4", "local5",   "local6",  "local7"};

}  // namespace

int take_priority(std::string_view& rest, int max) {
  if (rest.size() < 3 || rest[0] != '<') return -1;
  int number = 0;
  size_t at = 1;
  for (; at < rest.size() && at < 4 && rest[at] >= '0' && rest[at] <= '9'; ++at)
    number = number * 10 + (rest[at] - '0');
  if (at == 1 || at >= rest.size() || rest[at] != '>' || number > max) return -1;
  rest.remove_prefix(at + 1);
  return number;
}

std::string_view severity_word(int priority) {
  return kSeverities[static_cast<size_t>(priority) % kSeverities.size()];
}

std::string_view facility_word(int priority) {
  const size_t facility = static_cast<size_t>(priority) / kSeverities.size();
  return facility < kFacilities.size() ? kFacilities[facility] : "";
}

}  // namespace components::loki::source_syslog
