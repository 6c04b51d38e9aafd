#include "components/catalog.h"

#include "components/config_blocks/http/signature.h"
#include "components/config_blocks/livedebugging/signature.h"
#include "components/config_blocks/logging/signature.h"
#include "components/discovery/dns/signature.h"
#include "components/discovery/docker/signature.h"
#include "components/discovery/file/signature.h"
#include "components/discovery/http/signature.h"
#include "components/discovery/kubernetes/signature.h"
#include "components/discovery/process/signature.h"
#include "components/discovery/relabel/signature.h"
#include "components/local/file_match/signature.h"
#include "components/loki/echo/signature.h"
#include "components/loki/process/signature.h"
#include "components/loki/relabel/signature.h"
#include "components/loki/source_api/signature.h"
#include "components/loki/source_docker/signature.h"
#include "components/loki/source_file/signature.h"
#include "components/loki/source_journal/signature.h"
#include "components/loki/source_kubernetes/signature.h"
#include "components/loki/source_kubernetes_events/signature.h"
#include "components/loki/source_syslog/signature.h"
#include "components/loki/write/signature.h"
#include "components/otelcol/auth_basic/signature.h"
#include "components/otelcol/auth_bearer/signature.h"
#include "components/otelcol/auth_headers/signature.h"
#include "components/otelcol/exporter_loki/signature.h"
#include "components/otelcol/exporter_otlp/signature.h"
#include "components/otelcol/exporter_otlphttp/signature.h"
#include "components/otelcol/exporter_prometheus/signature.h"
#include "components/otelcol/processor_attributes/signature.h"
#include "components/otelcol/processor_batch/signature.h"
#include "components/otelcol/processor_filter/signature.h"
#include "components/otelcol/processor_resourcedetection/signature.h"
#include "components/otelcol/processor_transform/signature.h"
#include "components/otelcol/receiver_otlp/signature.h"
#include "components/prometheus/echo/signature.h"
#include "components/prometheus/enrich/signature.h"
#include "components/prometheus/exporter_cadvisor/signature.h"
#include "components/prometheus/exporter_process/signature.h"
#include "components/prometheus/exporter_self/signature.h"
#include "components/prometheus/exporter_static/signature.h"
#include "components/prometheus/exporter_unix/signature.h"
#include "components/prometheus/receive_http/signature.h"
#include "components/prometheus/relabel/signature.h"
#include "components/prometheus/remote_write/signature.h"
#include "components/prometheus/scrape/signature.h"
#include "components/pyroscope/ebpf/signature.h"
#include "components/pyroscope/enrich/signature.h"
#include "components/pyroscope/receive_http/signature.h"
#include "components/pyroscope/relabel/signature.h"
#include "components/pyroscope/scrape/signature.h"
#include "components/pyroscope/write/signature.h"

namespace components {

river::config::Catalog catalog() {
  // One line a component, so that two additions do not collide.
  // clang-format off
  static const std::vector<const river::schema::Signature*> all = {
      &config_blocks::http::kSignature,
      &config_blocks::livedebugging::kSignature,
      &config_blocks::logging::kSignature,
      &discovery::dns::kSignature,
      &discovery::docker::kSignature,
      &discovery::file::kSignature,
      &discovery::http::kSignature,
      &discovery::kubernetes::kSignature,
      &discovery::process::kSignature,
      &discovery::relabel::kSignature,
      &local::file_match::kSignature,
      &loki::echo::kSignature,
      &loki::process::kSignature,
      &loki::relabel::kSignature,
      &loki::source_api::kSignature,
      &loki::source_docker::kSignature,
      &loki::source_file::kSignature,
      &loki::source_journal::kSignature,
      &loki::source_kubernetes::kSignature,
      &loki::source_kubernetes_events::kSignature,
      &loki::source_syslog::kSignature,
      &loki::write::kSignature,
      &otelcol::auth_basic::kSignature,
      &otelcol::auth_bearer::kSignature,
      &otelcol::auth_headers::kSignature,
      &otelcol::exporter_loki::kSignature,
      &otelcol::exporter_otlp::kSignature,
      &otelcol::exporter_otlphttp::kSignature,
      &otelcol::exporter_prometheus::kSignature,
      &otelcol::processor_attributes::kSignature,
      &otelcol::processor_batch::kSignature,
      &otelcol::processor_filter::kSignature,
      &otelcol::processor_resourcedetection::kSignature,
      &otelcol::processor_transform::kSignature,
      &otelcol::receiver_otlp::kSignature,
      &prometheus::echo::kSignature,
      &prometheus::enrich::kSignature,
      &prometheus::exporter_cadvisor::kSignature,
      &prometheus::exporter_process::kSignature,
      &prometheus::exporter_self::kSignature,
      &prometheus::exporter_static::kSignature,
      &prometheus::exporter_unix::kSignature,
      &prometheus::receive_http::kSignature,
      &prometheus::relabel::kSignature,
      &prometheus::remote_write::kSignature,
      &prometheus::scrape::kSignature,
      &pyroscope::ebpf::kSignature,
      &pyroscope::enrich::kSignature,
      &pyroscope::receive_http::kSignature,
      &pyroscope::relabel::kSignature,
      &pyroscope::scrape::kSignature,
      &pyroscope::write::kSignature,
  };
  // clang-format on
  return {all, alloy_names()};
}

}  // namespace components
