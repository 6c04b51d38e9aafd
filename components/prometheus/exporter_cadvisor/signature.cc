#include "components/prometheus/exporter_cadvisor/signature.h"

#include <algorithm>

#include "components/shared/docker_api/host_signature.h"
#include "components/shared/http_client/signature.h"
#include "river/diag/diagnostics.h"

namespace components::prometheus::exporter_cadvisor {

using namespace river::schema;

namespace {

constexpr TopicName kTopics[] = {{"cpu", Topic::cpu},          {"percpu", Topic::percpu},
                                 {"memory", Topic::memory},    {"diskIO", Topic::disk_io},
                                 {"network", Topic::network},  {"oom_event", Topic::oom_event},
                                 {"pressure", Topic::pressure}};

/// Groups that Grafana Alloy has, and this agent has not. It has those of the first line on by
/// default.
constexpr std::string_view kOthers[] = {"cpuLoad",
                                        "disk",
                                        "app",
                                        "perf_event",
                                        "memory_numa",
                                        "tcp",
                                        "udp",
                                        "advtcp",
                                        "sched",
                                        "process",
                                        "hugetlb",
                                        "resctrl",
                                        "referenced_memory",
                                        "cpuset",
                                        "cpu_topology"};

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void check_names(const std::vector<std::string>& names, std::string_view attribute, Scope& scope) {
  std::vector<std::string_view> known(std::begin(kOthers), std::end(kOthers));
  for (const TopicName& topic : kTopics) known.push_back(topic.name);
  for (const std::string& name : names) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      auto& report =
          scope.error(attribute, "C094", "\"{}\" is not the name of a group of metrics", name);
      if (const auto near = river::diag::did_you_mean(name, known); !near.empty())
        report.with_help(fmt::format("did you mean \"{}\"?", near));
      else
        report.with_help(fmt::format("they are {}", fmt::join(known, ", ")));
    } else if (attribute == "enabled_metrics" &&
               std::find(std::begin(kOthers), std::end(kOthers), name) != std::end(kOthers)) {
      scope.warning(attribute, "C090", "\"{}\" is accepted but has no effect yet", name);
    }
  }
}

void validate(const Arguments& arguments, Scope& scope) {
  check_names(arguments.enabled_metrics, "enabled_metrics", scope);
  check_names(arguments.disabled_metrics, "disabled_metrics", scope);
  if (scope.known("docker_host"))
    if (const auto url = docker_api::daemon_url(arguments.docker_host, false); !url)
      scope
          .error("docker_host", "C072", "\"{}\" is not the address of a Docker daemon: {}",
                 arguments.docker_host, url.error().message)
          .with_help("such as \"unix:///var/run/docker.sock\" or \"tcp://10.0.0.5:2375\"");
  const auto not_yet = [&](std::string_view name, bool is_used) {
    if (scope.known(name) && is_used)
      scope.warning(name, "C090", "\"{}\" is accepted but has no effect yet", name);
  };
  not_yet("perf_events_config", !arguments.perf_events_config.empty());
  not_yet("resctrl_interval", arguments.resctrl_interval.value.count() != 0);
}

constexpr Field kFields[] = {
    attr<&Arguments::store_container_labels>(
        "store_container_labels", Need::optional,
        "Whether all labels of containers become labels of their series."),
    attr<&Arguments::allowlisted_container_labels>(
        "allowlisted_container_labels", Need::optional,
        "Labels of containers that do, if store_container_labels is false."),
    attr<&Arguments::env_metadata_allowlist>(
        "env_metadata_allowlist", Need::optional,
        "Beginnings of the names of environment variables that become labels."),
    attr<&Arguments::raw_cgroup_prefix_allowlist>(
        "raw_cgroup_prefix_allowlist", Need::optional,
        "Beginnings of cgroups that are measured even with docker_only."),
    attr<&Arguments::perf_events_config>("perf_events_config", Need::optional,
                                         "For Grafana Alloy: file of perf events."),
    attr<&Arguments::resctrl_interval>("resctrl_interval", Need::optional,
                                       "For Grafana Alloy: interval of resctrl's groups."),
    attr<&Arguments::disabled_metrics>("disabled_metrics", Need::optional,
                                       "Groups of metrics to leave out."),
    attr<&Arguments::enabled_metrics>("enabled_metrics", Need::optional,
                                      "Groups of metrics to expose instead of the default set."),
    attr<&Arguments::storage_duration>("storage_duration", Need::optional,
                                       "For Grafana Alloy: nothing is stored here."),
    attr<&Arguments::containerd_host>("containerd_host", Need::optional,
                                      "For Grafana Alloy: containerd is not asked."),
    attr<&Arguments::containerd_namespace>("containerd_namespace", Need::optional,
                                           "For Grafana Alloy: containerd is not asked."),
    attr<&Arguments::docker_host>("docker_host", Need::optional, "Address of the Docker daemon."),
    attr<&Arguments::use_docker_tls>("use_docker_tls", Need::optional,
                                     "Whether the daemon is reached by TLS."),
    attr<&Arguments::docker_tls_cert>("docker_tls_cert", Need::optional,
                                      "File of the client's certificate."),
    attr<&Arguments::docker_tls_key>("docker_tls_key", Need::optional, "File of the client's key."),
    attr<&Arguments::docker_tls_ca>("docker_tls_ca", Need::optional,
                                    "File of the authority that signed the daemon's."),
    attr<&Arguments::docker_only>("docker_only", Need::optional,
                                  "Containers of Docker alone, and the root cgroup."),
    attr<&Arguments::disable_root_cgroup_stats>("disable_root_cgroup_stats", Need::optional,
                                                "Leave the root cgroup out."),
};

/// Without docker_only there are cgroups to measure on hosts without Docker, too.
std::vector<HostNeed> needs(const Arguments& arguments) {
  const HttpClientArguments client = docker_client(arguments);
  std::vector<HostNeed> all;
  if (arguments.docker_only) all.push_back({HostNeed::Kind::docker, arguments.docker_host, client});
  add_needed_files(client, all);
  return all;
}

}  // namespace

constinit const std::span<const TopicName> kTopicNames = kTopics;

bool is_enabled(const Arguments& arguments, std::string_view topic) {
  if (!arguments.enabled_metrics.empty()) return contains(arguments.enabled_metrics, topic);
  return !contains(arguments.disabled_metrics, topic);
}

HttpClientArguments docker_client(const Arguments& arguments) {
  HttpClientArguments client;
  if (!arguments.use_docker_tls) return client;
  client.tls_config.cert_file = arguments.docker_tls_cert;
  client.tls_config.key_file = arguments.docker_tls_key;
  client.tls_config.ca_file = arguments.docker_tls_ca;
  return client;
}

const Signature kSignature{
    .name = "prometheus.exporter.cadvisor",
    .doc = "Exposes metrics of containers, as cAdvisor does.",
    .arguments = schema_of<Arguments, validate>(kFields),
    .exports = kExporterExports,
    .make_arguments = make_arguments<Arguments>,
    .needs = hook<Arguments, needs>,
};

}  // namespace components::prometheus::exporter_cadvisor
