#include "components/otelcol/shared/match_properties/signature.h"

#include <re2/re2.h>

#include <array>

namespace components::otelcol {
namespace {

namespace schema = river::schema;
using schema::Need;

constexpr schema::Field kMatchAttributeFields[] = {
    schema::attr<&MatchAttribute::key>("key", Need::required, "The attribute."),
    schema::attr<&MatchAttribute::value>("value", Need::optional,
                                         "Its value; unset: any. A regex with match_type regexp."),
};
constexpr schema::Field kMatchLibraryFields[] = {
    schema::attr<&MatchLibrary::name>("name", Need::required, "Of the instrumentation scope."),
    schema::attr<&MatchLibrary::version>("version", Need::optional, "Unset: any."),
};
constexpr schema::Field kSeverityFields[] = {
    schema::attr<&MatchSeverity::min>("min", Need::required, "The lowest: TRACE … FATAL4."),
    schema::attr<&MatchSeverity::match_undefined>("match_undefined", Need::required,
                                                  "Whether records without a severity match."),
};
constexpr schema::Field kRegexpFields[] = {
    schema::attr<&RegexpCache::cache_enabled>("cache_enabled", Need::optional,
                                              "For Grafana Alloy; has no effect."),
    schema::attr<&RegexpCache::cache_max_num_entries>("cache_max_num_entries", Need::optional,
                                                      "For Grafana Alloy; has no effect."),
};

void validate(const MatchSeverity& severity, schema::Scope& scope) {
  if (scope.known("min") && severity_of(severity.min) == 0)
    scope.error("min", "C097", "min must be a severity such as INFO or ERROR2, it is \"{}\"",
                severity.min);
}

constexpr schema::BlockSchema kMatchAttribute = schema::schema_of(kMatchAttributeFields);
constexpr schema::BlockSchema kMatchLibrary = schema::schema_of(kMatchLibraryFields);
constexpr schema::BlockSchema kSeverity =
    schema::schema_of<MatchSeverity, validate>(kSeverityFields);
constexpr schema::BlockSchema kRegexp = schema::schema_of(kRegexpFields);

constexpr schema::Field kMatchFields[] = {
    schema::attr<&MatchProperties::match_type>("match_type", Need::required,
                                               "Whether texts are compared, or are regexes."),
    schema::block<&MatchProperties::regexp>("regexp", Need::optional, "For Grafana Alloy.",
                                            kRegexp),
    schema::attr<&MatchProperties::services>("services", Need::optional,
                                             "The resource's service.name."),
    schema::attr<&MatchProperties::span_names>("span_names", Need::optional, "The span's name."),
    schema::attr<&MatchProperties::span_kinds>("span_kinds", Need::optional,
                                               "Such as SPAN_KIND_SERVER."),
    schema::attr<&MatchProperties::log_bodies>("log_bodies", Need::optional,
                                               "The record's body, if it is text."),
    schema::attr<&MatchProperties::log_severity_texts>("log_severity_texts", Need::optional,
                                                       "The record's severity text."),
    schema::block<&MatchProperties::log_severity>("log_severity", Need::optional,
                                                  "The record's severity.", kSeverity),
    schema::attr<&MatchProperties::metric_names>("metric_names", Need::optional,
                                                 "The name of the data point's metric."),
    schema::block<&MatchProperties::attribute>("attribute", Need::optional,
                                               "An attribute of the item.", kMatchAttribute),
    schema::block<&MatchProperties::resource>("resource", Need::optional,
                                              "An attribute of the resource.", kMatchAttribute),
    schema::block<&MatchProperties::library>("library", Need::optional,
                                             "The instrumentation scope.", kMatchLibrary),
};

void check_regex(schema::Scope& scope, std::string_view attribute, const std::string& pattern) {
  const re2::RE2 regex(pattern, re2::RE2::Quiet);
  if (!regex.ok()) scope.error(attribute, "C020", "bad regex: {}", regex.error());
}

/// Patterns become regexes by match_type, so that their type cannot check them.
void validate(const MatchProperties& match, schema::Scope& scope) {
  if (!scope.known("match_type") || match.match_type != MatchType::regexp) return;
  const auto check = [&](std::string_view name, const std::vector<std::string>& patterns) {
    if (!scope.known(name)) return;
    for (const std::string& pattern : patterns) check_regex(scope, name, pattern);
  };
  check("services", match.services);
  check("span_names", match.span_names);
  check("span_kinds", match.span_kinds);
  check("log_bodies", match.log_bodies);
  check("log_severity_texts", match.log_severity_texts);
  check("metric_names", match.metric_names);
  for (const auto* attributes : {&match.attribute, &match.resource})
    for (const MatchAttribute& attribute : *attributes)
      if (const auto* pattern = attribute.value.as_string())
        check_regex(scope, attributes == &match.attribute ? "attribute" : "resource", *pattern);
  for (const MatchLibrary& library : match.library) {
    check_regex(scope, "library", library.name);
    if (library.version) check_regex(scope, "library", *library.version);
  }
}

}  // namespace

constinit const schema::BlockSchema kMatchProperties =
    schema::schema_of<MatchProperties, validate>(kMatchFields);

int severity_of(std::string_view name) {
  static constexpr std::array<std::string_view, 6> kNames = {"TRACE", "DEBUG", "INFO",
                                                             "WARN",  "ERROR", "FATAL"};
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (!name.starts_with(kNames[i])) continue;
    const std::string_view step = name.substr(kNames[i].size());
    const int first = static_cast<int>(i) * 4 + 1;
    if (step.empty()) return first;
    if (step.size() == 1 && step[0] >= '2' && step[0] <= '4') return first + (step[0] - '1');
  }
  return 0;
}

}  // namespace components::otelcol
