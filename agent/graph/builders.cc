#include "agent/graph/graph.h"
#include "components/config_blocks/logging/logging.h"
#include "components/discovery/dns/dns.h"
#include "components/discovery/docker/docker.h"
#include "components/discovery/file/files.h"
#include "components/discovery/http/http.h"
#include "components/discovery/kubernetes/kubernetes.h"
#include "components/discovery/process/process.h"
#include "components/discovery/relabel/relabel.h"
#include "components/local/file_match/file_match.h"
#include "components/loki/echo/echo.h"
#include "components/loki/process/process.h"
#include "components/loki/relabel/relabel.h"
#include "components/loki/source_api/inbox.h"
#include "components/loki/source_docker/source.h"
#include "components/loki/source_file/source.h"
#include "components/loki/source_journal/source.h"
#include "components/loki/source_kubernetes/source.h"
#include "components/loki/source_kubernetes_events/source.h"
#include "components/loki/source_syslog/source.h"
#include "components/loki/write/write.h"
#include "components/otelcol/auth_basic/basic.h"
#include "components/otelcol/auth_bearer/bearer.h"
#include "components/otelcol/auth_headers/headers.h"
#include "components/otelcol/exporter_loki/exporter.h"
#include "components/otelcol/exporter_otlp/otlp.h"
#include "components/otelcol/exporter_otlphttp/otlphttp.h"
#include "components/otelcol/exporter_prometheus/exporter.h"
#include "components/otelcol/processor_attributes/attributes.h"
#include "components/otelcol/processor_batch/batch.h"
#include "components/otelcol/processor_filter/filter.h"
#include "components/otelcol/processor_resourcedetection/resourcedetection.h"
#include "components/otelcol/processor_transform/transform.h"
#include "components/otelcol/receiver_otlp/receiver.h"
#include "components/prometheus/echo/echo.h"
#include "components/prometheus/enrich/enrich.h"
#include "components/prometheus/exporter_cadvisor/cadvisor.h"
#include "components/prometheus/exporter_process/process.h"
#include "components/prometheus/exporter_self/self.h"
#include "components/prometheus/exporter_static/static.h"
#include "components/prometheus/exporter_unix/unix.h"
#include "components/prometheus/receive_http/inbox.h"
#include "components/prometheus/relabel/relabel.h"
#include "components/prometheus/remote_write/write.h"
#include "components/prometheus/scrape/scrape.h"
#include "components/pyroscope/ebpf/ebpf.h"
#include "components/pyroscope/enrich/enrich.h"
#include "components/pyroscope/receive_http/inbox.h"
#include "components/pyroscope/relabel/relabel.h"
#include "components/pyroscope/scrape/scrape.h"
#include "components/pyroscope/write/write.h"

namespace agent::graph {

namespace {

namespace blocks = components::config_blocks;
namespace discovery = components::discovery;
namespace local = components::local;
namespace loki = components::loki;
namespace otelcol = components::otelcol;
namespace prometheus = components::prometheus;
namespace pyroscope = components::pyroscope;
namespace cadvisor = prometheus::exporter_cadvisor;
namespace process = prometheus::exporter_process;
namespace self = prometheus::exporter_self;
namespace fixed = prometheus::exporter_static;
namespace host = prometheus::exporter_unix;

using components::builder;
using prometheus::ExporterComponent;

}  // namespace

// One line a component, so that two additions do not collide.
std::span<const components::Builder> builders() {
  // clang-format off
  static const std::vector<components::Builder> all = {
      builder<blocks::logging::Logging>(blocks::logging::kSignature),
      builder<discovery::dns::Dns>(discovery::dns::kSignature),
      builder<discovery::docker::Docker>(discovery::docker::kSignature),
      builder<discovery::file::FileDiscovery>(discovery::file::kSignature),
      builder<discovery::http::Http>(discovery::http::kSignature),
      builder<discovery::kubernetes::Kubernetes>(discovery::kubernetes::kSignature),
      builder<discovery::process::ProcessDiscovery>(discovery::process::kSignature),
      builder<discovery::relabel::Relabel>(discovery::relabel::kSignature),
      builder<local::file_match::FileMatch>(local::file_match::kSignature),
      builder<loki::echo::Echo>(loki::echo::kSignature),
      builder<loki::process::Process>(loki::process::kSignature),
      builder<loki::relabel::Relabel>(loki::relabel::kSignature),
      builder<loki::source_api::Source>(loki::source_api::kSignature),
      builder<loki::source_docker::Source>(loki::source_docker::kSignature),
      builder<loki::source_file::Source>(loki::source_file::kSignature),
      builder<loki::source_journal::Source>(loki::source_journal::kSignature),
      builder<loki::source_kubernetes::Source>(loki::source_kubernetes::kSignature),
      builder<loki::source_kubernetes_events::Source>(loki::source_kubernetes_events::kSignature),
      builder<loki::source_syslog::Source>(loki::source_syslog::kSignature),
      builder<loki::write::Write>(loki::write::kSignature),
      builder<otelcol::auth_basic::Component>(otelcol::auth_basic::kSignature),
      builder<otelcol::auth_bearer::Component>(otelcol::auth_bearer::kSignature),
      builder<otelcol::auth_headers::Component>(otelcol::auth_headers::kSignature),
      builder<otelcol::exporter_loki::Exporter>(otelcol::exporter_loki::kSignature),
      builder<otelcol::exporter_otlp::Exporter>(otelcol::exporter_otlp::kSignature),
      builder<otelcol::exporter_otlphttp::Exporter>(otelcol::exporter_otlphttp::kSignature),
      builder<otelcol::exporter_prometheus::Exporter>(otelcol::exporter_prometheus::kSignature),
      builder<otelcol::processor_attributes::Attributes>(otelcol::processor_attributes::kSignature),
      builder<otelcol::processor_batch::Batch>(otelcol::processor_batch::kSignature),
      builder<otelcol::processor_filter::Filter>(otelcol::processor_filter::kSignature),
      builder<otelcol::processor_resourcedetection::ResourceDetection>(
          otelcol::processor_resourcedetection::kSignature),
      builder<otelcol::processor_transform::Transform>(otelcol::processor_transform::kSignature),
      builder<otelcol::receiver_otlp::Receiver>(otelcol::receiver_otlp::kSignature),
      builder<prometheus::echo::Echo>(prometheus::echo::kSignature),
      builder<prometheus::enrich::Enrich>(prometheus::enrich::kSignature),
      builder<ExporterComponent<cadvisor::Cadvisor>>(cadvisor::kSignature),
      builder<ExporterComponent<process::Process>>(process::kSignature),
      builder<ExporterComponent<self::Self>>(self::kSignature),
      builder<ExporterComponent<fixed::Static>>(fixed::kSignature),
      builder<ExporterComponent<host::Unix>>(host::kSignature),
      builder<prometheus::receive_http::Receiver>(prometheus::receive_http::kSignature),
      builder<prometheus::relabel::Relabel>(prometheus::relabel::kSignature),
      builder<prometheus::remote_write::Write>(prometheus::remote_write::kSignature),
      builder<prometheus::scrape::Scrape>(prometheus::scrape::kSignature),
      builder<pyroscope::ebpf::Ebpf>(pyroscope::ebpf::kSignature),
      builder<pyroscope::enrich::Enrich>(pyroscope::enrich::kSignature),
      builder<pyroscope::receive_http::Receiver>(pyroscope::receive_http::kSignature),
      builder<pyroscope::relabel::Relabel>(pyroscope::relabel::kSignature),
      builder<pyroscope::scrape::Scrape>(pyroscope::scrape::kSignature),
      builder<pyroscope::write::Write>(pyroscope::write::kSignature),
  };
  // clang-format on
  return all;
}

}  // namespace agent::graph
