#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "components/shared/capsules.h"
#include "components/shared/clustering/signature.h"
#include "components/shared/http_client/signature.h"
#include "river/schema/field.h"

/// prometheus.scrape asks targets for their metrics, again and again.
namespace components::prometheus::scrape {

/// The formats that a target may be asked for.
enum class Protocol {
  proto,
  text_0_0_4,
  text_1_0_0,
  open_metrics_0_0_1,
  open_metrics_1_0_0,
};

enum class Scheme { http, https };
enum class NameValidation { legacy, utf8 };
/// What a target with names of any characters shall make of them.
enum class NameEscaping { unset, allow_utf8, underscores, dots, values };

struct Arguments {
  river::schema::Targets targets;
  std::vector<MetricsReceiver> forward_to;
  std::string job_name;
  bool honor_labels = false;
  bool honor_timestamps = true;
  bool track_timestamps_staleness = false;
  std::map<std::string, std::vector<std::string>> params;
  bool scrape_classic_histograms = false;
  bool scrape_native_histograms = false;
  std::string scrape_failure_log_file;
  river::schema::Duration scrape_interval = std::chrono::minutes(1);
  river::schema::Duration scrape_timeout = std::chrono::seconds(10);
  std::vector<Protocol> scrape_protocols;
  std::string metrics_path = "/metrics";
  Scheme scheme = Scheme::http;
  river::schema::ByteSize body_size_limit;
  uint64_t sample_limit = 0;
  uint64_t target_limit = 0;
  uint64_t label_limit = 0;
  uint64_t label_name_length_limit = 0;
  uint64_t label_value_length_limit = 0;
  HttpClientArguments http;
  bool extra_metrics = false;
  bool enable_protobuf_negotiation = false;
  NameValidation metric_name_validation_scheme = NameValidation::legacy;
  NameEscaping metric_name_escaping_scheme = NameEscaping::unset;
  Protocol scrape_fallback_protocol = Protocol::text_0_0_4;
  bool convert_classic_histograms_to_nhcb = false;
  bool enable_compression = true;
  uint64_t native_histogram_bucket_limit = 0;
  double native_histogram_min_bucket_factor = 0;
  bool honor_metadata = false;
  bool enable_type_and_unit_labels = false;
  bool start_timestamp_zero_ingestion = false;
  std::optional<ClusteringArguments> clustering;
};

extern const river::schema::Signature kSignature;

}  // namespace components::prometheus::scrape

namespace river::schema {
template <>
inline constexpr EnumName<components::prometheus::scrape::Protocol>
    kEnumNames<components::prometheus::scrape::Protocol>[] = {
        {"PrometheusProto", components::prometheus::scrape::Protocol::proto},
        {"PrometheusText0.0.4", components::prometheus::scrape::Protocol::text_0_0_4},
        {"PrometheusText1.0.0", components::prometheus::scrape::Protocol::text_1_0_0},
        {"OpenMetricsText0.0.1", components::prometheus::scrape::Protocol::open_metrics_0_0_1},
        {"OpenMetricsText1.0.0", components::prometheus::scrape::Protocol::open_metrics_1_0_0},
};
template <>
inline constexpr EnumName<components::prometheus::scrape::Scheme>
    kEnumNames<components::prometheus::scrape::Scheme>[] = {
        {"http", components::prometheus::scrape::Scheme::http},
        {"https", components::prometheus::scrape::Scheme::https},
};
template <>
inline constexpr EnumName<components::prometheus::scrape::NameValidation>
    kEnumNames<components::prometheus::scrape::NameValidation>[] = {
        {"legacy", components::prometheus::scrape::NameValidation::legacy},
        {"utf8", components::prometheus::scrape::NameValidation::utf8},
};
template <>
inline constexpr EnumName<components::prometheus::scrape::NameEscaping>
    kEnumNames<components::prometheus::scrape::NameEscaping>[] = {
        {"", components::prometheus::scrape::NameEscaping::unset},
        {"allow-utf-8", components::prometheus::scrape::NameEscaping::allow_utf8},
        {"underscores", components::prometheus::scrape::NameEscaping::underscores},
        {"dots", components::prometheus::scrape::NameEscaping::dots},
        {"values", components::prometheus::scrape::NameEscaping::values},
};
}  // namespace river::schema
