#pragma once
#include "compiler/migrate/documents/gatherer.h"

namespace compiler::migrate::documents {

/// Finds what one document of JSON or YAML is and gathers from it. What it is said to be is noted
/// in Document::kind. False: it is nothing that is known.
bool gather_known(const Value& value, Gatherer& out);

/// Adds to Document::kind what was found, once.
void note_kind(Gatherer& out, std::string_view kind);

// What holds documents of ours within itself: resources of Kubernetes, values of Helm charts,
// texts that are JSON or YAML again.

/// A resource (apiVersion and kind) whose kind says what is in it. False: search it.
bool gather_resource(const Value& resource, Gatherer& out);

/// Looks for known documents anywhere below a value, also in texts. What looks like a query in an
/// unknown place is listed. False: nothing was found at all.
bool search(const Value& value, Gatherer& out, int depth = 0);

/// Lists every text of a tree that may depend on labels and that no reader has taken, passed or
/// listed: a selector, label_values(), {{ .Labels.x }}, ${__field.labels.x}, a variable's value in
/// a link. After all readers of the tree; so what is seen is what is judged and what is listed.
void sweep(const Value& root, Gatherer& out);

// Grafana's datasources as provisioning files and resources write them.

bool is_datasources(const Value& value);
/// Derived fields of Loki, traces to logs, correlations: what of them names labels or asks queries.
void gather_datasources(const Value& value, Gatherer& out);
void gather_datasource(const Value& datasource, Gatherer& out);

// What matches on the labels of alerts: routes and inhibitions of Alertmanager, notification
// policies of Grafana, silences.

/// `route` of a configuration, with inhibit_rules beside it. Also as an AlertmanagerConfig resource
/// spells it.
bool is_alertmanager(const Value& value);
void gather_alertmanager(const Value& configuration, Gatherer& out);

/// {policies: [...]} of a provisioning file, or one policy as the API gives it.
bool is_policies(const Value& value);
void gather_policies(const Value& value, Gatherer& out);

/// Templates of notifications below a value, which show labels of the alerts of all rules.
void gather_notifications(const Value& value, Gatherer& out);

bool is_silence(const Value& value);
void gather_silence(const Value& silence, Gatherer& out);

/// The options of a panel that lists alerts: its filter on their labels, and how it groups them.
void gather_alert_list(const Value& options, Gatherer& out);

// Texts that are no JSON or YAML.

/// A file of notification templates of Alertmanager: each line that shows labels of alerts.
void gather_template_file(const Excerpt& whole, Gatherer& out);

/// A page: fenced blocks of logql and promql (one query after the other), documents in blocks of
/// yaml and json, selectors in other blocks and in code within lines, links to Explore.
void gather_markdown(const Excerpt& page, Gatherer& out);

/// Terraform and Jsonnet: programs that make dashboards. They are not run, so they are listed, with
/// the selectors that are in them.
void list_program(const Excerpt& whole, Gatherer& out);

}  // namespace compiler::migrate::documents
