#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "compiler/host/values.h"
#include "compiler/inventory/inventory.h"
#include "compiler/inventory/render.h"

namespace compiler::host {

/// A `<service>_syslog_port`.
struct SyslogPort {
  std::string_view service;  ///< as `services` spells it
  int64_t port = 0;
  river::diag::Span span;  ///< the variable's name
  river::diag::Span port_span;
  bool migrated = false;  ///< reserved, but without a listener
};

enum class JournalMatch { unit, unit_regex, identifier };
struct JournalRule {
  JournalMatch match = JournalMatch::unit;
  Text pattern;
  LabelList labels;
  river::diag::Span span;
};

struct JournalModel {
  std::vector<JournalRule> rules;
  Text matches, max_age, path;
};

struct DockerModel {
  bool discovery = false;
  river::diag::Span span;  ///< of `discovery: true`
  Text host, refresh_interval;
  TextList migrated;
  /// Moved services whose streams carry the `job` of their old listener as well, with the day
  /// until which that is meant.
  LabelList dual_labels;
};

struct FilesModel {
  TextList paths;
  Text exclude;
  LabelList labels;
  river::diag::Span span;
};

/// Targets that are asked for metrics of one job.
struct ScrapeModel {
  Text job, path, scheme, interval, timeout;
  TextList targets;  ///< host:port
  LabelList labels;
  river::diag::Span span;
};

struct MetricsModel {
  Switch host, container, containers;
  Switch processes;        ///< all, each program a group
  TextList process_names;  ///< these alone
  Text interval;           ///< of what the agent itself measures
  std::vector<ScrapeModel> scrape;
  Backend remote_write;
  river::diag::Span span;  ///< of its map
};

/// One host as cfgc understands it. Views the inventory and the arena it was built with.
struct Host {
  const inventory::HostEntry* entry = nullptr;
  std::string_view name;
  Text hostname;
  Text environment;  ///< empty: not known
  TextList services;
  river::diag::Span services_span;
  Text syslog_format;
  std::vector<SyslogPort> syslog_ports;  ///< by port
  JournalModel journal;
  DockerModel docker;
  std::vector<FilesModel> files;
  Backend loki;
  MetricsModel metrics;

  bool has_service(std::string_view service) const;
  /// What is measured of the host. Hosts with Docker are measured once a backend is named.
  bool measures_host() const { return is_measured(metrics.host); }
  bool measures_containers() const { return is_measured(metrics.containers); }
  bool measures_processes() const {
    return !metrics.process_names.empty() || is_measured(metrics.processes);
  }
  /// Something is measured or scraped.
  bool has_metrics() const;

 private:
  bool is_measured(const Switch& one) const;
};

/// What the model reads of a host's variables, before types are known: the strongest definition of
/// each, `telemetry` merged over all layers, Jinja not yet rendered.
struct HostFacts {
  std::vector<yaml::Pair> variables;  ///< the host_keys() that are set
  std::vector<yaml::Pair> ports;      ///< every *_syslog_port
};
HostFacts host_facts(const inventory::HostEntry& entry, base::Arena& arena);

struct BuildOptions {
  /// The groups are not known, so that what they could give is not missed.
  bool partial = false;
  std::string_view today;  ///< YYYY-MM-DD, for days that are past
};

/// Builds the model and reports what is wrong with it: types, unknown keys, ports, rules, names
/// that are a slip away from one that is read.
Host build_host(const inventory::HostEntry& entry, const inventory::RenderedTexts& rendered,
                const BuildOptions& options, base::Arena& arena,
                river::diag::Diagnostics& diagnostics);

/// Reports what several values of a host get wrong together: ports, the order and the patterns of
/// journal rules, Docker and the services that it takes over.
void check_values(const Host& host, const BuildOptions& options,
                  river::diag::Diagnostics& diagnostics);

/// Warns of variables that are a slip away from one that cfgc reads and that this host lacks, and
/// of ports without a value. Variables of other roles are let be: the value must be of the kind,
/// too.
void report_near_misses(const Host& host, river::diag::Diagnostics& diagnostics);

/// Warns of what is written without a value (`url:`, `url: ""`) and takes nothing back that a
/// weaker layer sets: it is as if it were not there.
void report_empty_values(const Host& host, river::diag::Diagnostics& diagnostics);

/// The letters of a service that may stand in a variable's name.
std::string variable_stem(std::string_view service);

}  // namespace compiler::host
