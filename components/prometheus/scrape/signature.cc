#include "components/prometheus/scrape/signature.h"

#include <algorithm>
#include <string_view>

namespace components::prometheus::scrape {
namespace {

namespace schema = river::schema;
using schema::Need;

constexpr schema::Field kFields[] = {
    schema::attr<&Arguments::targets>("targets", Need::required, "Targets to scrape."),
    schema::attr<&Arguments::forward_to>("forward_to", Need::required, "Receivers of the samples."),
    schema::attr<&Arguments::job_name>(
        "job_name", Need::optional,
        "The label job of targets that have none; the name of the component if empty."),
    schema::attr<&Arguments::honor_labels>(
        "honor_labels", Need::optional, "Whether labels of a series override those of its target."),
    schema::attr<&Arguments::honor_timestamps>("honor_timestamps", Need::optional,
                                               "Whether timestamps in the response are used."),
    schema::attr<&Arguments::track_timestamps_staleness>(
        "track_timestamps_staleness", Need::optional,
        "Whether series with explicit timestamps are marked stale, too."),
    schema::attr<&Arguments::params>("params", Need::optional, "Parameters of the request."),
    schema::attr<&Arguments::scrape_classic_histograms>(
        "scrape_classic_histograms", Need::optional,
        "Whether a native histogram's classic buckets are taken as well."),
    schema::attr<&Arguments::scrape_native_histograms>("scrape_native_histograms", Need::optional,
                                                       "Whether native histograms are taken."),
    schema::attr<&Arguments::scrape_failure_log_file>("scrape_failure_log_file", Need::optional,
                                                      "File for the errors of scrapes."),
    schema::attr<&Arguments::scrape_interval>("scrape_interval", Need::optional,
                                              "How often a target is scraped."),
    schema::attr<&Arguments::scrape_timeout>("scrape_timeout", Need::optional,
                                             "Timeout of one scrape."),
    schema::attr<&Arguments::scrape_protocols>(
        "scrape_protocols", Need::optional,
        "Formats to ask for, the best one first; without it the text formats."),
    schema::attr<&Arguments::metrics_path>("metrics_path", Need::optional, "Path of the metrics."),
    schema::attr<&Arguments::scheme>("scheme", Need::optional, "http or https."),
    schema::attr<&Arguments::body_size_limit>(
        "body_size_limit", Need::optional,
        "Uncompressed size of a body at which a scrape fails; 0: the agent's own limit."),
    schema::attr<&Arguments::sample_limit>("sample_limit", Need::optional,
                                           "Samples above which a scrape fails; 0: no limit."),
    schema::attr<&Arguments::target_limit>("target_limit", Need::optional,
                                           "Targets above which all scrapes fail; 0: no limit."),
    schema::attr<&Arguments::label_limit>(
        "label_limit", Need::optional,
        "Labels of a series above which a scrape fails; 0: no limit."),
    schema::attr<&Arguments::label_name_length_limit>(
        "label_name_length_limit", Need::optional,
        "Bytes of a label's name above which a scrape fails; 0: no limit."),
    schema::attr<&Arguments::label_value_length_limit>(
        "label_value_length_limit", Need::optional,
        "Bytes of a label's value above which a scrape fails; 0: no limit."),
    schema::squash<&Arguments::http>(kHttpClient),
    schema::attr<&Arguments::extra_metrics>(
        "extra_metrics", Need::optional,
        "Adds scrape_timeout_seconds, scrape_sample_limit and scrape_body_size_bytes."),
    schema::attr<&Arguments::enable_protobuf_negotiation>(
        "enable_protobuf_negotiation", Need::optional, "Deprecated; as scrape_native_histograms."),
    schema::attr<&Arguments::metric_name_validation_scheme>(
        "metric_name_validation_scheme", Need::optional,
        "legacy: letters, digits, _ and :; utf8: any name."),
    schema::attr<&Arguments::metric_name_escaping_scheme>(
        "metric_name_escaping_scheme", Need::optional,
        "How targets are asked to escape other characters."),
    schema::attr<&Arguments::scrape_fallback_protocol>(
        "scrape_fallback_protocol", Need::optional,
        "Format of a response without a valid Content-Type."),
    schema::attr<&Arguments::convert_classic_histograms_to_nhcb>(
        "convert_classic_histograms_to_nhcb", Need::optional,
        "Whether classic histograms become native ones."),
    schema::attr<&Arguments::enable_compression>("enable_compression", Need::optional,
                                                 "Whether targets may compress."),
    schema::attr<&Arguments::native_histogram_bucket_limit>(
        "native_histogram_bucket_limit", Need::optional,
        "Buckets above which a scrape fails; 0: no limit."),
    schema::attr<&Arguments::native_histogram_min_bucket_factor>(
        "native_histogram_min_bucket_factor", Need::optional,
        "Buckets that grow by less are merged."),
    schema::experimental(schema::attr<&Arguments::honor_metadata>(
        "honor_metadata", Need::optional, "Whether types and texts are passed on.")),
    schema::experimental(schema::attr<&Arguments::enable_type_and_unit_labels>(
        "enable_type_and_unit_labels", Need::optional, "Adds labels for type and unit.")),
    schema::experimental(schema::attr<&Arguments::start_timestamp_zero_ingestion>(
        "start_timestamp_zero_ingestion", Need::optional,
        "Whether a counter's time of creation becomes a sample of 0.")),
    schema::block<&Arguments::clustering>("clustering", Need::optional,
                                          "For Grafana Alloy; without effect.", kClustering),
};

void validate(const Arguments& arguments, schema::Scope& scope) {
  const auto positive = [&](std::string_view name, const schema::Duration& duration) {
    if (scope.known(name) && duration.value.count() <= 0)
      scope.error(name, "C061", "{} must be more than 0", name);
  };
  positive("scrape_interval", arguments.scrape_interval);
  positive("scrape_timeout", arguments.scrape_timeout);
  if (scope.known({"scrape_interval", "scrape_timeout"}) &&
      arguments.scrape_timeout.value > arguments.scrape_interval.value)
    scope.error("scrape_timeout", "C062", "scrape_timeout is above scrape_interval")
        .with_help("the default of scrape_timeout is 10s: set both");
  auto protocols = arguments.scrape_protocols;
  std::sort(protocols.begin(), protocols.end());
  if (std::adjacent_find(protocols.begin(), protocols.end()) != protocols.end())
    scope.error("scrape_protocols", "C088", "scrape_protocols names a format twice");
  const auto not_yet = [&](std::string_view name, bool is_used) {
    if (scope.known(name) && is_used)
      scope.warning(name, "C090", "\"{}\" is accepted but has no effect yet", name);
  };
  not_yet("scrape_native_histograms", arguments.scrape_native_histograms);
  not_yet("enable_protobuf_negotiation", arguments.enable_protobuf_negotiation);
  not_yet("convert_classic_histograms_to_nhcb", arguments.convert_classic_histograms_to_nhcb);
  not_yet("enable_type_and_unit_labels", arguments.enable_type_and_unit_labels);
  not_yet("start_timestamp_zero_ingestion", arguments.start_timestamp_zero_ingestion);
  not_yet("honor_metadata", arguments.honor_metadata);
  not_yet("scrape_failure_log_file", !arguments.scrape_failure_log_file.empty());
}

}  // namespace

constexpr schema::Signature kSignature{
    .name = "prometheus.scrape",
    .doc = "Scrapes metrics from targets and forwards the samples.",
    .arguments = schema::schema_of<Arguments, validate>(kFields),
    .make_arguments = schema::make_arguments<Arguments>,
    .needs = schema::hook<Arguments, needed_files<&Arguments::http, Arguments>>,
};

}  // namespace components::prometheus::scrape
