#include "components/loki/source_api/signature.h"

#include "components/shared/streams.h"

namespace components::loki::source_api {

namespace schema = river::schema;
using schema::Need;

namespace {

constexpr schema::Field kFields[] = {
    schema::block<&Arguments::http>("http", Need::optional, "Where to listen.", kHttpServer),
    schema::block<&Arguments::grpc>("grpc", Need::optional,
                                    "For Grafana Alloy; no lines come over gRPC.", kGrpcServer),
    schema::attr<&Arguments::graceful_shutdown_timeout>(
        "graceful_shutdown_timeout", Need::optional,
        "For Grafana Alloy; at a stop senders are told at once to try again."),
    schema::attr<&Arguments::forward_to>("forward_to", Need::required, "Receivers of the entries."),
    schema::attr<&Arguments::labels>("labels", Need::optional,
                                     "Labels on every entry; they win over those of the sender."),
    schema::attr<&Arguments::relabel_rules>("relabel_rules", Need::optional,
                                            "Rules for the labels of what is pushed as streams."),
    schema::attr<&Arguments::use_incoming_timestamp>(
        "use_incoming_timestamp", Need::optional,
        "Use the time that the sender says instead of that of arrival."),
    schema::attr<&Arguments::max_send_message_size>(
        "max_send_message_size", Need::optional,
        "Largest request, before and after decompression; 100MiB at most."),
};

void validate(const Arguments& arguments, schema::Scope& scope) {
  const uint64_t bytes = arguments.max_send_message_size.bytes;
  if (scope.known("max_send_message_size") && (bytes == 0 || bytes > kRequestBytesMax))
    scope.error("max_send_message_size", "C088",
                "max_send_message_size must be above 0 and at most 100MiB");
}

std::any streams(const Arguments& arguments) {
  return Streams{.sources = {{.medium = SourceStreams::Medium::pushed,
                              .labels_attribute = "labels",
                              .rules = arguments.relabel_rules,
                              .forward_to = arguments.forward_to}}};
}

}  // namespace

const schema::Signature kSignature{
    .name = "loki.source.api",
    .doc = "Takes lines that Promtail and others push to it, as Loki does.",
    .arguments = schema::schema_of<Arguments, validate>(kFields),
    .make_arguments = schema::make_arguments<Arguments>,
    .claims = schema::hook<Arguments, http_claims<Arguments>>,
    .needs = schema::hook<Arguments, needed_files<&Arguments::http, Arguments>>,
    .streams = schema::hook<Arguments, streams>,
};

}  // namespace components::loki::source_api
