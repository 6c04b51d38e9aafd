#include "components/loki/source_syslog/signature.h"

#include "components/loki/source_syslog/decoder.h"
#include "components/shared/streams.h"
#include "river/schema/decode.h"

namespace components::loki::source_syslog {
namespace {

namespace schema = river::schema;
using schema::Need;

constexpr schema::Field kRawFields[] = {
    schema::attr<&RawFormatOptions::use_null_terminator_delimiter>(
        "use_null_terminator_delimiter", Need::optional,
        "Messages end with a NUL byte instead of a line feed."),
};
constexpr schema::BlockSchema kRaw = schema::schema_of(kRawFields);

constexpr schema::Field kCiscoFields[] = {
    schema::attr<&CiscoComponents::enable_all>("enable_all", Need::optional,
                                               "All of the components below."),
    schema::attr<&CiscoComponents::message_counter>("message_counter", Need::optional,
                                                    "A counter after the priority."),
    schema::attr<&CiscoComponents::sequence_number>("sequence_number", Need::optional,
                                                    "A sequence number after the counter."),
    schema::attr<&CiscoComponents::hostname>("hostname", Need::optional,
                                             "An origin host name that ends in a colon."),
    schema::attr<&CiscoComponents::second_fractions>("second_fractions", Need::optional,
                                                     "Fractions of a second in the timestamp."),
};
void validate_cisco(const CiscoComponents& cisco, schema::Scope& scope) {
  const bool all_known = scope.known(
      {"enable_all", "message_counter", "sequence_number", "hostname", "second_fractions"});
  if (all_known && cisco == CiscoComponents{})
    scope.error("", "C053", "rfc3164_cisco_components enables nothing")
        .with_help("set enable_all or one of the components, or remove the block");
}
constexpr schema::BlockSchema kCisco =
    schema::schema_of<CiscoComponents, validate_cisco>(kCiscoFields);

constexpr schema::Field kListenerFields[] = {
    schema::attr<&Listener::address>("address", Need::required, "host:port to listen on."),
    schema::attr<&Listener::protocol>("protocol", Need::optional, "tcp or udp."),
    schema::attr<&Listener::idle_timeout>("idle_timeout", Need::optional,
                                          "Close connections that are silent for this long."),
    schema::attr<&Listener::label_structured_data>(
        "label_structured_data", Need::optional,
        "Offer RFC 5424 structured data to the rules as __syslog_message_sd_ labels."),
    schema::attr<&Listener::labels>("labels", Need::optional, "Labels on every entry."),
    schema::attr<&Listener::use_incoming_timestamp>(
        "use_incoming_timestamp", Need::optional,
        "Use the time of the message instead of that of arrival."),
    schema::attr<&Listener::use_rfc5424_message>("use_rfc5424_message", Need::optional,
                                                 "Forward the whole RFC 5424 message."),
    schema::attr<&Listener::rfc3164_default_to_current_year>(
        "rfc3164_default_to_current_year", Need::optional,
        "Complete RFC 3164 times with a year; always done."),
    schema::attr<&Listener::rfc5424_allow_empty_msg>("rfc5424_allow_empty_msg", Need::optional,
                                                     "Forward messages without text."),
    schema::attr<&Listener::max_message_length>(
        "max_message_length", Need::optional,
        "Longest datagram or octet-counted message in bytes; a longer one is cut."),
    schema::block<&Listener::tls_config>("tls_config", Need::optional, "TLS for tcp.", kTlsConfig),
    schema::experimental(schema::attr<&Listener::syslog_format>("syslog_format", Need::optional,
                                                                "rfc5424, rfc3164, auto or raw."),
                         "\"raw\""),
    schema::block<&Listener::raw_format_options>("raw_format_options", Need::optional,
                                                 "Options of the raw format.", kRaw),
    schema::experimental(schema::block<&Listener::rfc3164_cisco_components>(
        "rfc3164_cisco_components", Need::optional, "Fields that Cisco devices add.", kCisco)),
    schema::attr<&Listener::udp_queue_size>("udp_queue_size", Need::optional,
                                            "Datagrams to queue; the kernel's buffer does that."),
    schema::attr<&Listener::udp_host_cache_size>("udp_host_cache_size", Need::optional,
                                                 "Senders whose host name is remembered."),
};

void validate_listener(const Listener& listener, schema::Scope& scope) {
  if (scope.known("max_message_length") &&
      (listener.max_message_length < 1 || listener.max_message_length > (1 << 20)))
    scope.error("max_message_length", "C054", "max_message_length must be 1 to 1048576");
  if (scope.known("udp_host_cache_size") && listener.udp_host_cache_size < 1)
    scope.error("udp_host_cache_size", "C055", "udp_host_cache_size must be at least 1");
  if (scope.known({"tls_config", "protocol"}) && has_tls(listener.tls_config) &&
      listener.protocol == Protocol::udp)
    scope.error("tls_config", "C056", "TLS needs protocol = \"tcp\"");
  if (scope.known("tls_config") && has_tls(listener.tls_config)) {
    const auto& tls = listener.tls_config;
    const bool complete = (!tls.cert_pem.empty() || !tls.cert_file.empty()) &&
                          (!tls.key_pem.empty() || !tls.key_file.empty());
    if (!complete)
      scope.error("tls_config", "C057", "a TLS listener needs a certificate and its key");
  }
  if (scope.known("syslog_format") && listener.rfc3164_cisco_components &&
      listener.syslog_format != Format::rfc3164)
    scope.error("rfc3164_cisco_components", "C058",
                "rfc3164_cisco_components needs syslog_format = \"rfc3164\"");
  if (scope.given("udp_queue_size"))
    scope.warning("udp_queue_size", "C090", "\"udp_queue_size\" is accepted but has no effect yet")
        .with_help("the kernel's receive buffer is the queue; what it drops is counted");
}
constexpr schema::BlockSchema kListener =
    schema::schema_of<Listener, validate_listener>(kListenerFields);

constexpr schema::Field kFields[] = {
    schema::block<&Arguments::listener>("listener", Need::required, "Where to listen.", kListener),
    schema::attr<&Arguments::forward_to>("forward_to", Need::required, "Where lines are sent."),
    schema::attr<&Arguments::relabel_rules>("relabel_rules", Need::optional,
                                            "Makes labels from __syslog_ labels; never drops."),
};

std::vector<schema::Claim> claims(const Arguments& arguments) {
  std::vector<schema::Claim> all;
  for (const Listener& listener : arguments.listener)
    all.push_back({listener.protocol == Protocol::udp ? "udp" : "tcp", listener.address});
  return all;
}

std::vector<schema::HostNeed> needs(const Arguments& arguments) {
  std::vector<schema::HostNeed> all;
  for (const Listener& listener : arguments.listener) add_needed_files(listener.tls_config, all);
  return all;
}

std::any streams(const Arguments& arguments) {
  Streams out;
  for (size_t i = 0; i < arguments.listener.size(); ++i)
    out.sources.push_back(
        {.medium = SourceStreams::Medium::syslog,
         .listener = arguments.listener[i].address.text,
         .labels_attribute = "labels",
         .labels_block = "listener",
         .labels_block_index = i,
         .field_prefix = "__syslog_",
         .fields = {{"__syslog_message_severity", {kSeverities.begin(), kSeverities.end()}},
                    {"__syslog_message_facility", {kFacilities.begin(), kFacilities.end()}}},
         .rules = arguments.relabel_rules,
         .rules_drop = false,
         .forward_to = arguments.forward_to,
         .receive = [&arguments, i](const std::string&) {
           return receive(arguments.listener[i], arguments.relabel_rules.pointer);
         }});
  return out;
}

}  // namespace

bool same_listener(const Listener& a, const Listener& b) {
  return schema::encode(kListener, &a) == schema::encode(kListener, &b);
}

constinit const schema::Signature kSignature{
    .name = "loki.source.syslog",
    .doc = "Receives syslog messages over TCP, TLS or UDP.",
    .arguments = schema::schema_of(kFields),
    .make_arguments = schema::make_arguments<Arguments>,
    .claims = schema::hook<Arguments, claims>,
    .needs = schema::hook<Arguments, needs>,
    .streams = schema::hook<Arguments, streams>,
};

}  // namespace components::loki::source_syslog
