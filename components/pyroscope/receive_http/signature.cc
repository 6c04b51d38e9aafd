#include "components/pyroscope/receive_http/signature.h"

namespace components::pyroscope::receive_http {

namespace schema = river::schema;
using schema::Need;

namespace {

constexpr schema::Field kFields[] = {
    schema::block<&Arguments::http>("http", Need::optional, "Where to listen.", kHttpServer),
    schema::block<&Arguments::grpc>("grpc", Need::optional,
                                    "For Grafana Alloy; no profiles come over gRPC.", kGrpcServer),
    schema::attr<&Arguments::graceful_shutdown_timeout>(
        "graceful_shutdown_timeout", Need::optional,
        "For Grafana Alloy; at a stop senders are told at once to try again."),
    schema::attr<&Arguments::debug_info_upload_timeout>(
        "debug_info_upload_timeout", Need::optional,
        "For Grafana Alloy; no debug information is taken."),
    schema::attr<&Arguments::forward_to>("forward_to", Need::required,
                                         "Receivers of the profiles."),
};

}  // namespace

constexpr schema::Signature kSignature{
    .name = "pyroscope.receive_http",
    .doc = "Takes profiles that applications and other agents push to it.",
    .arguments = schema::schema_of(kFields),
    .make_arguments = schema::make_arguments<Arguments>,
    .claims = schema::hook<Arguments, http_claims<Arguments>>,
    .needs = schema::hook<Arguments, needed_files<&Arguments::http, Arguments>>,
};

}  // namespace components::pyroscope::receive_http
