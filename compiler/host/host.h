#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "compiler/inventory/inventory.h"
#include "compiler/inventory/render.h"

namespace compiler::host {

/// A text with the place that gave it. `span` unknown: it is a default.
struct Text {
  std::string_view value;
  river::diag::Span span;

  bool given() const { return span.known(); }
};

using TextList = std::vector<Text>;
struct Label {
  std::string_view name;
  Text value;
  river::diag::Span name_span = {};
};
using LabelList = std::vector<Label>;

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

struct LokiModel {
  Text url, tenant, username, username_env, password_env, password_file, password, bearer_token_env;
  LabelList external_labels;
  river::diag::Span span;  ///< of the `loki:` map
  river::diag::Span basic_auth_span;
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
  LokiModel loki;

  bool has_service(std::string_view service) const;
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
