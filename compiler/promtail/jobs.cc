#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>

#include "base/text.h"
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
    {"port", "port", Kind::literal},
    {"host_networking_host", "host_networking_host"},
    {"refresh_interval", "refresh_interval", Kind::duration},
    {"match_first_network", "match_first_network", Kind::literal},
};

/// Some setting of the client is given, which the source needs, too.
bool has_http_client(const Node& node) {
  constexpr std::string_view kKeys[] = {
      "basic_auth", "authorization", "bearer_token", "bearer_token_file",
      "oauth2",     "tls_config",    "proxy_url",    "proxy_from_environment"};
  return node.kind == yaml::Kind::map &&
         std::any_of(std::begin(kKeys), std::end(kKeys),
                     [&](std::string_view key) { return node.find(key) != nullptr; });
}

/// Some rule reads the label, or may by a pattern.
bool reads(const Node* rules, std::string_view label) {
  if (rules == nullptr) return false;
  return std::any_of(rules->items.begin(), rules->items.end(), [&](const Node* rule) {
    if (rule->kind != yaml::Kind::map) return false;
    const yaml::Pair* action = rule->find("action");
    const yaml::Pair* regex = rule->find("regex");
    if (action != nullptr && regex != nullptr && base::to_lower(action->value->text) == "labelmap")
      return RE2::FullMatch(label, RE2(regex->value->text, RE2::Quiet));
    const yaml::Pair* sources = rule->find("source_labels");
    if (sources == nullptr) return false;
    return sources->value->text == label ||
           std::any_of(sources->value->items.begin(), sources->value->items.end(),
                       [&](const Node* name) { return name->text == label; });
  });
}

/// A text as the replacement of a rule, where $ begins a group.
std::string replacement(const std::string& expression) {
  if (expression.find_first_of("$(") == expression.npos) return expression;
  return fmt::format("string.replace({}, \"$\", \"$$\")", expression);
}

constexpr Setting kFilter[] = {{"name", "name"}, {"values", "values", Kind::texts}};

/// Discovery's label for the stream of a container's line: stdout or stderr.
constexpr std::string_view kStreamLabel = "__meta_docker_container_log_stream";

}  // namespace

void Importer::job(const Node& node) {
  Fields fields(node, "a job", wording(), diagnostics_);
  Job job;
  job.title = fields.text("job_name").value_or("job");
  job.name = unique(job.title);
  job.relabel = fields.value("relabel_configs");
  job.stages = fields.value("pipeline_stages");
  if (job.relabel != nullptr) items(*job.relabel, "relabel_configs");
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
  out_.at(value->span);
  return value;
}

void Importer::docker(const Job& job, const Node& list) {
  Job part = job;
  keeps_positions_ = true;
  for (const Node* one : items(list, "docker_sd_configs")) {
    if (one != list.items.front()) part.name = unique(job.title);
    Fields fields(*one, "docker_sd_configs", wording(), diagnostics_);
    const Node* host = fields.value("host");
    const std::string address =
        host != nullptr ? expression(*host, {"host", "host"}) : "\"unix:///var/run/docker.sock\"";
    out_.open("discovery.docker", part.name);
    out_.set("host", address);
    copy(fields, kDocker);
    if (const Node* filters = fields.value("filters"))
      for (const Node* filter : items(*filters, "filters")) {
        Fields inner(*filter, "a filter", wording(), diagnostics_);
        out_.open("filter");
        copy(inner, kFilter);
        out_.close();
      }
    http_client(fields, "DOCKER_" + upper(part.name));
    out_.close();
    std::string targets = fmt::format("discovery.docker.{}.targets", part.name);
    std::string line_rules;
    if (reads(job.relabel, kStreamLabel)) {
      rules(part, "loki.relabel", "forward_to", "[]");
      line_rules = fmt::format("loki.relabel.{}.rules", part.name);
    } else if (job.relabel != nullptr) {
      rules(part, "discovery.relabel", "targets", targets);
      targets = fmt::format("discovery.relabel.{}.output", part.name);
    }
    out_.open("loki.source.docker", part.name);
    out_.set("host", address);
    out_.set("targets", targets);
    if (has_http_client(*one)) {
      out_.open("http_client_config");
      http_client(fields, "DOCKER_" + upper(part.name));
      out_.close();
    }
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
      own_job = replacement(expression(*given->value, {"job", "job"}));
  const std::string first = own_job.empty()
                                ? "action=\"labeldrop\"\nregex=\"job\""
                                : fmt::format("target_label=\"job\"\nreplacement={}", own_job);
  keeps_positions_ = true;
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
  tls(fields, "SYSLOG_" + upper(job.name));
  out_.close();
  if (has_rules) out_.set("relabel_rules", fmt::format("loki.relabel.{}.rules", job.name));
  out_.set("forward_to", job.receivers);
  out_.close();
}

}  // namespace compiler::promtail
