#include <fmt/format.h>

#include <algorithm>

#include "compiler/promtail/importer.h"

/// `scrape_configs`: what a job reads, by the kind of its source.
namespace compiler::promtail {

using yaml::Fields;
using yaml::Node;

namespace {

/// Sources that the agent does not have.
constexpr std::string_view kMissing[] = {
    "gelf",
    "kafka",
    "cloudflare",
    "heroku_drain",
    "azure_event_hubs",
    "windows_events",
    "gcplog",
    "loki_push_api",
    "consul_sd_configs",
    "consulagent_sd_configs",
    "azure_sd_configs",
    "dns_sd_configs",
    "digitalocean_sd_configs",
    "dockerswarm_sd_configs",
    "ec2_sd_configs",
    "gce_sd_configs",
    "marathon_sd_configs",
    "nerve_sd_configs",
    "openstack_sd_configs",
    "serverset_sd_configs",
    "triton_sd_configs",
};

constexpr Setting kListener[] = {
    {"listen_address", "address"},
    {"listen_protocol", "protocol"},
    {"idle_timeout", "idle_timeout"},
    {"label_structured_data", "label_structured_data", Kind::literal},
    {"labels", "labels", Kind::map},
    {"use_incoming_timestamp", "use_incoming_timestamp", Kind::literal},
    {"use_rfc5424_message", "use_rfc5424_message", Kind::literal},
    {"max_message_length", "max_message_length", Kind::literal},
    {"syslog_format", "syslog_format"},
};

constexpr Setting kJournal[] = {
    {"json", "format_as_json", Kind::literal},
    {"max_age", "max_age"},
    {"path", "path"},
    {"matches", "matches"},
};

constexpr Setting kDocker[] = {
    {"host", "host"},
    {"port", "port", Kind::literal},
    {"host_networking_host", "host_networking_host"},
    {"refresh_interval", "refresh_interval"},
    {"match_first_network", "match_first_network", Kind::literal},
};

constexpr Setting kFilter[] = {{"name", "name"}, {"values", "values", Kind::texts}};

/// The label that the line of a container is told by.
constexpr std::string_view kStreamLabel = "__meta_docker_container_log_stream";

}  // namespace

void Importer::job(const Node& node) {
  Fields fields(node, "a job", wording(), diagnostics_);
  Job job;
  job.title = fields.text("job_name").value_or("job");
  job.name = unique(job.title);
  job.relabel = fields.value("relabel_configs");
  job.stages = fields.value("pipeline_stages");
  without(fields, "entry_parser", "write a stage: docker, cri");
  bool is_said = false;
  for (const std::string_view key : kMissing)
    if (const yaml::Pair* pair = fields.find(key)) {
      lost(pair->key_span,
           fmt::format("job {}: {} is not carried over: the agent has no such source", job.title,
                       key));
      is_said = true;
    }
  if (const Node* list = begin_source(job, fields, "static_configs"))
    files_of(job, static_targets(*list), fields);
  if (const Node* list = begin_source(job, fields, "file_sd_configs"))
    files_of(job, file_discovery(job, *list), fields);
  if (const Node* list = begin_source(job, fields, "kubernetes_sd_configs"))
    files_of(job, kubernetes(job, *list), fields);
  if (const Node* list = begin_source(job, fields, "docker_sd_configs")) docker(job, *list);
  if (const Node* one = begin_source(job, fields, "journal")) journal(job, *one);
  if (const Node* one = begin_source(job, fields, "syslog")) syslog(job, *one);
  if (job.sources > 0) return;
  // Its other keys go with its source.
  for (const std::string_view key : {"encoding", "decompression"}) fields.find(key);
  if (!is_said)
    lost(node.span, fmt::format("job {} is not carried over: it has no source", job.title));
}

const Node* Importer::begin_source(Job& job, Fields& fields, std::string_view key) {
  const Node* value = fields.value(key);
  if (value == nullptr) return nullptr;
  if (job.sources++ > 0) {
    job.name = unique(job.title);
    return value;
  }
  out_.at(value->span);
  out_.comment(fmt::format("job {}", job.title));
  pipeline(job);
  return value;
}

void Importer::docker(const Job& job, const Node& list) {
  Job part = job;
  for (const Node* one : list.items) {
    if (one != list.items.front()) part.name = unique(job.title);
    Fields fields(*one, "docker_sd_configs", wording(), diagnostics_);
    const Node* host = fields.value("host");
    const std::string address =
        host != nullptr ? expression(*host, {"host", "host"}) : "\"unix:///var/run/docker.sock\"";
    out_.open("discovery.docker", part.name);
    if (host == nullptr) out_.set("host", address);
    copy(fields, kDocker);
    if (const Node* filters = fields.value("filters"))
      for (const Node* filter : filters->items) {
        Fields inner(*filter, "a filter", wording(), diagnostics_);
        out_.open("filter");
        copy(inner, kFilter);
        out_.close();
      }
    out_.close();
    std::string targets = fmt::format("discovery.docker.{}.targets", part.name);
    std::string line_rules;
    if (reads(job, kStreamLabel)) {
      rules(part, "loki.relabel", "forward_to", "[]");
      line_rules = fmt::format("loki.relabel.{}.rules", part.name);
    } else if (job.relabel != nullptr) {
      rules(part, "discovery.relabel", "targets", targets);
      targets = fmt::format("discovery.relabel.{}.output", part.name);
    }
    out_.open("loki.source.docker", part.name);
    out_.set("host", address);
    out_.set("targets", targets);
    if (!line_rules.empty()) out_.set("relabel_rules", line_rules);
    out_.set("forward_to", job.receivers);
    out_.close();
  }
}

/// The agent labels entries of the journal with job = the component's id, which Promtail does not.
void Importer::journal(const Job& job, const Node& node) {
  Fields fields(node, "journal", wording(), diagnostics_);
  std::string own_job;
  const Node* labels = fields.value("labels");
  if (labels != nullptr && labels->kind == yaml::Kind::map)
    if (const yaml::Pair* given = labels->find("job"))
      own_job = expression(*given->value, {"job", "job"});
  const std::string first = own_job.empty()
                                ? "action=\"labeldrop\"\nregex=\"job\""
                                : fmt::format("target_label=\"job\"\nreplacement={}", own_job);
  rules(job, "loki.relabel", "forward_to", "[]", {first});
  out_.open("loki.source.journal", job.name);
  copy(fields, kJournal);
  if (labels != nullptr) {
    constexpr Setting kLabels{"labels", "labels", Kind::map};
    out_.set("labels", expression(*labels, kLabels));
  }
  out_.set("relabel_rules", fmt::format("loki.relabel.{}.rules", job.name));
  out_.set("forward_to", job.receivers);
  out_.close();
}

void Importer::syslog(const Job& job, const Node& node) {
  Fields fields(node, "syslog", wording(), diagnostics_);
  const bool has_rules = job.relabel != nullptr;
  if (has_rules) rules(job, "loki.relabel", "forward_to", "[]");
  out_.open("loki.source.syslog", job.name);
  out_.open("listener");
  copy(fields, kListener);
  tls(fields);
  out_.close();
  if (has_rules) out_.set("relabel_rules", fmt::format("loki.relabel.{}.rules", job.name));
  out_.set("forward_to", job.receivers);
  out_.close();
}

}  // namespace compiler::promtail
