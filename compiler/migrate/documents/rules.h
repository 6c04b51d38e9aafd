#pragma once
#include "compiler/migrate/documents/gatherer.h"

/// Alert and recording rules.
namespace compiler::migrate::documents {

/// A list of {name, rules: [{alert or record, expr}]}, as Loki's and Prometheus' rulers read it.
/// Also what Grafana's ruler gives out, with a `grafana_alert` in each rule.
bool is_rule_groups(const Value& list);
/// `source` is what is known of where the expressions are asked; unknown: their text tells.
void gather_rule_groups(const Value& list, const QuerySource& source, Gatherer& out);
/// The rules of one group.
void gather_rules(const Value& rules, const QuerySource& source, Gatherer& out);

/// A rule managed by Grafana: `data` holds queries and expressions, `model` each of them.
bool is_grafana_rule(const Value& rule);
void gather_grafana_rule(const Value& rule, Gatherer& out);

/// A template with {{ $labels.job }}, {{ .Labels.job }}, {{ index $labels "job" }}.
bool shows_labels(std::string_view text);

/// labels, annotations and the definition of a rule whose queries are the uses from `first` on.
void gather_rule_texts(const Value& rule, std::string_view name, bool is_record, size_t first,
                       Gatherer& out);

}  // namespace compiler::migrate::documents
