#include "components/prometheus/receive_http/signature.h"

#include <algorithm>

namespace components::prometheus::receive_http {

namespace schema = river::schema;
using schema::Need;

namespace {

constexpr std::string_view kVersion1 = "prometheus.WriteRequest";

constexpr schema::Field kFields[] = {
    schema::block<&Arguments::http>("http", Need::optional, "Where to listen.", kHttpServer),
    schema::block<&Arguments::grpc>("grpc", Need::optional,
                                    "For Grafana Alloy; no samples come over gRPC.", kGrpcServer),
    schema::attr<&Arguments::graceful_shutdown_timeout>(
        "graceful_shutdown_timeout", Need::optional,
        "For Grafana Alloy; at a stop senders are told at once to try again."),
    schema::attr<&Arguments::forward_to>("forward_to", Need::required, "Receivers of the samples."),
    schema::experimental(schema::attr<&Arguments::append_metadata>(
        "append_metadata", Need::optional, "Without effect: metadata is not passed on.")),
    schema::experimental(schema::attr<&Arguments::enable_type_and_unit_labels>(
        "enable_type_and_unit_labels", Need::optional,
        "Without effect: series are passed on without types and units.")),
    schema::attr<&Arguments::accepted_remote_write_protobuf_messages>(
        "accepted_remote_write_protobuf_messages", Need::optional,
        "Which messages are taken: only prometheus.WriteRequest is supported."),
};

void validate(const Arguments& arguments, schema::Scope& scope) {
  const auto not_yet = [&](std::string_view name, bool is_used) {
    if (scope.known(name) && is_used)
      scope.warning(name, "C090", "\"{}\" is accepted but has no effect yet", name);
  };
  not_yet("append_metadata", arguments.append_metadata);
  not_yet("enable_type_and_unit_labels", arguments.enable_type_and_unit_labels);
  constexpr std::string_view kMessages = "accepted_remote_write_protobuf_messages";
  if (!scope.known(kMessages)) return;
  const auto& messages = arguments.accepted_remote_write_protobuf_messages;
  if (std::ranges::find(messages, kVersion1) == messages.end())
    scope.error(kMessages, "C090", "only \"{}\" is supported, and it is not in the list",
                kVersion1);
  for (const std::string& message : messages)
    if (message != kVersion1)
      scope.warning(kMessages, "C090", "\"{}\" is not supported; its senders are told so", message);
}

}  // namespace

constexpr schema::Signature kSignature{
    .name = "prometheus.receive_http",
    .doc = "Takes samples that Prometheus and other agents write to it.",
    .arguments = schema::schema_of<Arguments, validate>(kFields),
    .make_arguments = schema::make_arguments<Arguments>,
    .claims = schema::hook<Arguments, http_claims<Arguments>>,
    .needs = schema::hook<Arguments, needed_files<&Arguments::http, Arguments>>,
};

}  // namespace components::prometheus::receive_http
