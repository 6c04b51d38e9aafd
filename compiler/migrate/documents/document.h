#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/migrate/documents/excerpt.h"

/// What of a dashboard, a rule file, a notification policy or a page depends on the labels of logs.
namespace compiler::migrate::documents {

enum class UseKind : uint8_t {
  query,            ///< a whole expression
  selector,         ///< a bare {...}: `stream` of a variable, label_values({...}, x)
  label_name,       ///< one label's name: a variable's label, an override, a transformation, a key
  label_template,   ///< a text with {{label}}: legendFormat
  go_template,      ///< a text with {{ $labels.x }} or {{ .Labels.x }}: annotations of a rule
  field_reference,  ///< a text with ${__field.labels.x}: links
  value,            ///< a value of the label `label`: custom variables, `current`, ad-hoc filters
  value_regex,      ///< `regex` of a variable over the values of `label`
  series_name,      ///< a text or key compared with names of series or values that are shown
  route_matchers,   ///< Alertmanager, silence or notification-policy matchers: see Use::label
};

enum class Language : uint8_t { none, logql, promql };

struct Use {
  UseKind kind = UseKind::query;
  Language language = Language::none;
  bool language_is_certain = true;  ///< false: the datasource could not be resolved
  bool is_alert = false;            ///< an alert rule, or what routes alerts
  Excerpt text;
  uint32_t line = 0;  ///< of the file, 1-based
  uint32_t column = 0;
  /// RFC 6901, of the value within its JSON or YAML document. Of a text that is JSON or YAML within
  /// another (a ConfigMap) the pointers of both, one behind the other. Empty in pages.
  std::string pointer;
  std::vector<std::string> title;  ///< dashboard, panel, refId; group and rule; heading
  /// Of value, value_regex: whose values. Of route_matchers: empty when `text` is one or more
  /// matchers as they are written (job="kairos", {a="b",c="d"}); else the name stands apart from
  /// the value in the file, `text` is the name alone and this is the whole matcher: job="kairos".
  std::string label;
  std::string name;         ///< of a rule: alert or record name; of a variable: its name
  int32_t belongs_to = -1;  ///< index of the query whose result this reads; -1: all of its panel
  int32_t scope = -1;       ///< index into Document::scopes of its variables
  int32_t panel = -1;       ///< the same for all uses of one panel; -1: it belongs to no panel
  /// Of route_matchers, and of label_name in group_by and `equal`: index into Document::matchers.
  int32_t matchers = -1;
  /// Of label_name and series_name: a regular expression over names, with or without //.
  bool is_regex = false;
};

/// A template variable of a dashboard.
struct VariableDef {
  std::string name;
  std::string type;  ///< query, custom, textbox, constant, adhoc, datasource, interval
  bool multi = false;
  bool include_all = false;
  std::string all_value;            ///< empty: Grafana joins all values
  std::vector<std::string> values;  ///< custom, constant, textbox: the options; else what is stored
  bool values_are_all = false;      ///< custom and constant: there are no others
  std::string label;                ///< query variables: label_values of it; empty: unknown
  std::string query_selector;       ///< query variables: the {...} they ask, as text
  std::string regex;  ///< query variables: chooses among the values; empty: all are offered
};

/// A matcher that Grafana adds to each query of a datasource: a saved filter of an `adhoc`
/// variable.
struct AdHocFilter {
  std::string key, op, value;
};

/// The variables of one dashboard.
struct VariableScope {
  std::string title;
  std::map<std::string, VariableDef, std::less<>> variables;
  std::vector<AdHocFilter> filters;  ///< on queries of logs, as far as is known
};

/// A rule's outcome: what its alert or recorded series is called and which labels it adds.
struct RuleDef {
  std::string name;
  bool is_record = false;
  std::map<std::string, std::string> labels;
  size_t expression = 0;  ///< index of the query in Document::uses
};

/// Matchers that an alert must meet together: those of a route, of a silence, or of one side of an
/// inhibition.
struct MatcherSet {
  int32_t outer = -1;  ///< of the route that this one is in: its matchers hold, too; -1: none
  /// Of the source side of an inhibition: the target side; -1: it inhibits nothing.
  int32_t target = -1;
};

/// Something that may depend on labels and was not understood: it is shown, never passed over.
struct Unrecognised {
  uint32_t line = 0;
  uint32_t column = 0;
  std::string pointer;
  std::vector<std::string> title;
  std::string what;  ///< "a panel of a library that is not in the folders given"
};

struct Document {
  std::string path;  ///< as shown to people
  std::string text;  ///< the file
  std::string kind;  ///< "dashboard", "dashboard (V2)", "rules", "Alertmanager configuration", ...
  std::vector<Use> uses;
  std::vector<VariableScope> scopes;
  std::vector<RuleDef> rules;
  std::vector<MatcherSet> matchers;
  std::vector<Unrecognised> unrecognised;
  /// Queries that are no uses, counted by why: the type of a datasource that is neither Loki nor
  /// Prometheus-like, "expression" (computed from other queries), "no query text".
  std::map<std::string, uint32_t> passed;
};

}  // namespace compiler::migrate::documents
