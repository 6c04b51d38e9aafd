#pragma once
#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "components/prometheus/shared/signature.h"
#include "components/shared/http_client/signature.h"

/// prometheus.exporter.cadvisor: the metrics that cAdvisor has of containers.
namespace components::prometheus::exporter_cadvisor {

/// Groups of families that may be turned on and off.
enum class Topic { cpu, percpu, memory, disk_io, network, oom_event, pressure };

struct TopicName {
  std::string_view name;
  Topic topic;
};
extern const std::span<const TopicName> kTopicNames;

struct Arguments {
  bool store_container_labels = true;
  std::vector<std::string> allowlisted_container_labels;
  std::vector<std::string> env_metadata_allowlist;
  std::vector<std::string> raw_cgroup_prefix_allowlist;
  std::string perf_events_config;
  river::schema::Duration resctrl_interval{};
  std::vector<std::string> disabled_metrics;
  std::vector<std::string> enabled_metrics;
  river::schema::Duration storage_duration = std::chrono::minutes(2);
  std::string containerd_host = "/run/containerd/containerd.sock";
  std::string containerd_namespace = "k8s.io";
  std::string docker_host = "unix:///var/run/docker.sock";
  bool use_docker_tls = false;
  std::string docker_tls_cert = "cert.pem";
  std::string docker_tls_key = "key.pem";
  std::string docker_tls_ca = "ca.pem";
  bool docker_only = false;
  bool disable_root_cgroup_stats = false;
};

/// Whether the arguments turn the topic on: `enabled_metrics` replaces the default set,
/// `disabled_metrics` takes from it.
bool is_enabled(const Arguments& arguments, std::string_view topic);

/// How the daemon is reached, with the certificates where TLS is used.
HttpClientArguments docker_client(const Arguments& arguments);

extern const river::schema::Signature kSignature;

}  // namespace components::prometheus::exporter_cadvisor
