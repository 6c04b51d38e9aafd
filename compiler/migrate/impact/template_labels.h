#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "logql/log_query.h"

/// Where templates of line_format and label_format name labels.
namespace compiler::migrate::impact {

/// The labels that a template reads: {{.job}}, {{ .job | ToUpper }}, {{ index . "job" }}.
std::vector<std::string> labels_in_template(std::string_view pattern);

/// Whether a template may read any label: {{ range $k, $v := . }}, {{ toJson . }}, {{ $.job }}.
bool reads_all_labels(std::string_view pattern);

/// Whether a template has a variable of Grafana in the place of a label's name: {{.$label}}.
bool names_label_by_variable(std::string_view pattern);

/// Where `name` of .name is written within `pattern`, the place of a template in a query's text: in
/// {{ }} and outside of its quoted texts. The text around the braces is written as it is.
std::vector<logql::Span> label_places(std::string_view query, logql::Span pattern,
                                      std::string_view name);

}  // namespace compiler::migrate::impact
