#pragma once
#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "components/shared/capsules.h"
#include "components/shared/tls_config/signature.h"
#include "river/schema/field.h"

namespace components::loki::source_syslog {

enum class Protocol { tcp, udp };
/// `automatic` is the agent's alone. It reads both RFCs, whichever of the two is written.
enum class Format { raw, rfc3164, rfc5424, automatic };

struct RawFormatOptions {
  bool use_null_terminator_delimiter = false;
  bool operator==(const RawFormatOptions&) const = default;
};

/// What Cisco devices put in front of an RFC 3164 message.
struct CiscoComponents {
  bool enable_all = false;
  bool message_counter = false;
  bool sequence_number = false;
  bool hostname = false;
  bool second_fractions = false;
  bool operator==(const CiscoComponents&) const = default;
};

struct Listener {
  river::schema::HostPort address;
  Protocol protocol = Protocol::tcp;
  river::schema::Duration idle_timeout = std::chrono::minutes(2);
  bool label_structured_data = false;
  river::schema::LabelMap labels;
  bool use_incoming_timestamp = false;
  bool use_rfc5424_message = false;
  bool rfc3164_default_to_current_year = false;
  bool rfc5424_allow_empty_msg = false;
  int64_t max_message_length = 8192;
  TlsConfigArguments tls_config;
  Format syslog_format = Format::rfc5424;
  std::optional<RawFormatOptions> raw_format_options;
  std::optional<CiscoComponents> rfc3164_cisco_components;
  int64_t udp_queue_size = 10;
  int64_t udp_host_cache_size = 128;
};

struct Arguments {
  std::vector<Listener> listener;
  std::vector<LogsReceiver> forward_to;
  RelabelRulesRef relabel_rules;
};

// What __syslog_message_severity and __syslog_message_facility say for the numbers of a priority.
inline constexpr std::array<std::string_view, 8> kSeverities = {
    "emergency", "alert", "critical", "error", "warning", "notice", "informational", "debug"};
inline constexpr std::array<std::string_view, 24> kFacilities = {
    "kern",   "user",   "mail",     "daemon", "auth",   "syslog",   "lpr",     "news",
    "uucp",   "cron",   "authpriv", "ftp",    "ntp",    "security", "console", "solaris-cron",
    "local0", "local1", "local2",   "local3", "local4", "local5",   "local6",  "local7"};

/// Whether two listeners are configured alike.
bool same_listener(const Listener& a, const Listener& b);

extern const river::schema::Signature kSignature;

}  // namespace components::loki::source_syslog

namespace river::schema {
template <>
inline constexpr EnumName<components::loki::source_syslog::Protocol>
    kEnumNames<components::loki::source_syslog::Protocol>[] = {
        {"tcp", components::loki::source_syslog::Protocol::tcp},
        {"udp", components::loki::source_syslog::Protocol::udp},
};
template <>
inline constexpr EnumName<components::loki::source_syslog::Format>
    kEnumNames<components::loki::source_syslog::Format>[] = {
        {"raw", components::loki::source_syslog::Format::raw},
        {"rfc3164", components::loki::source_syslog::Format::rfc3164},
        {"rfc5424", components::loki::source_syslog::Format::rfc5424},
        {"auto", components::loki::source_syslog::Format::automatic},
};
}  // namespace river::schema
