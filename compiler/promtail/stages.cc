#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "base/text.h"
#include "compiler/promtail/importer.h"
#include "river/value.h"

/// `pipeline_stages`: a loki.process of the same stages.
namespace compiler::promtail {

using yaml::Fields;
using yaml::Node;

namespace {

/// What the settings of a stage are.
enum class Shape : uint8_t {
  settings,  ///< a map of the settings of the table
  labels,    ///< a map of texts as `values`
  names,     ///< a list of texts as `values`
};

struct Stage {
  std::string_view name, block;
  Shape shape = Shape::settings;
  std::span<const Setting> settings = {};
};

constexpr Setting kCri[] = {
    {"max_partial_lines", "max_partial_lines", Kind::literal},
    {"max_partial_line_size", "max_partial_line_size", Kind::literal},
    {"max_partial_line_size_truncate", "max_partial_line_size_truncate", Kind::literal}};
constexpr Setting kDrop[] = {{"source", "source", Kind::joined},
                             {"separator", "separator"},
                             {"expression", "expression", Kind::pattern},
                             {"value", "value"},
                             {"older_than", "older_than"},
                             {"longer_than", "longer_than", Kind::size},
                             {"drop_counter_reason", "drop_counter_reason"}};
constexpr Setting kEvent[] = {{"source", "source"},
                              {"drop_invalid_labels", "drop_invalid_labels", Kind::literal},
                              {"overwrite_existing", "overwrite_existing", Kind::literal}};
constexpr Setting kGeoip[] = {{"db", "db"},
                              {"source", "source"},
                              {"db_type", "db_type"},
                              {"custom_lookups", "custom_lookups", Kind::map}};
constexpr Setting kJson[] = {{"expressions", "expressions", Kind::map},
                             {"source", "source"},
                             {"drop_malformed", "drop_malformed", Kind::literal}};
constexpr Setting kLimit[] = {{"rate", "rate", Kind::literal},
                              {"burst", "burst", Kind::literal},
                              {"drop", "drop", Kind::literal},
                              {"by_label_name", "by_label_name"},
                              {"max_distinct_labels", "max_distinct_labels", Kind::literal}};
constexpr Setting kLogfmt[] = {{"mapping", "mapping", Kind::map}, {"source", "source"}};
constexpr Setting kLuhn[] = {{"replacement", "replacement"},
                             {"source", "source"},
                             {"min_length", "min_length", Kind::literal}};
constexpr Setting kMultiline[] = {{"firstline", "firstline", Kind::pattern},
                                  {"max_lines", "max_lines", Kind::literal},
                                  {"max_wait_time", "max_wait_time"}};
constexpr Setting kOutput[] = {{"source", "source"}};
constexpr Setting kPack[] = {{"labels", "labels", Kind::texts},
                             {"ingest_timestamp", "ingest_timestamp", Kind::literal}};
constexpr Setting kRegex[] = {{"expression", "expression", Kind::pattern}, {"source", "source"}};
constexpr Setting kReplace[] = {{"expression", "expression", Kind::pattern},
                                {"source", "source"},
                                {"replace", "replace", Kind::pattern}};
constexpr Setting kSampling[] = {{"rate", "rate", Kind::literal},
                                 {"drop_counter_reason", "drop_counter_reason"}};
constexpr Setting kTemplate[] = {{"source", "source"}, {"template", "template", Kind::pattern}};
constexpr Setting kTenant[] = {{"label", "label"}, {"source", "source"}, {"value", "value"}};
constexpr Setting kTimestamp[] = {{"source", "source"},
                                  {"format", "format"},
                                  {"fallback_formats", "fallback_formats", Kind::texts},
                                  {"location", "location"},
                                  {"action_on_failure", "action_on_failure"}};

constexpr Stage kStages[] = {
    {"cri", "stage.cri", Shape::settings, kCri},
    {"decolorize", "stage.decolorize"},
    {"docker", "stage.docker"},
    {"drop", "stage.drop", Shape::settings, kDrop},
    {"eventlogmessage", "stage.eventlogmessage", Shape::settings, kEvent},
    {"geoip", "stage.geoip", Shape::settings, kGeoip},
    {"json", "stage.json", Shape::settings, kJson},
    {"labelallow", "stage.label_keep", Shape::names},
    {"labeldrop", "stage.label_drop", Shape::names},
    {"labels", "stage.labels", Shape::labels},
    {"limit", "stage.limit", Shape::settings, kLimit},
    {"logfmt", "stage.logfmt", Shape::settings, kLogfmt},
    {"luhn", "stage.luhn", Shape::settings, kLuhn},
    {"multiline", "stage.multiline", Shape::settings, kMultiline},
    {"non_indexed_labels", "stage.structured_metadata", Shape::labels},
    {"output", "stage.output", Shape::settings, kOutput},
    {"pack", "stage.pack", Shape::settings, kPack},
    {"regex", "stage.regex", Shape::settings, kRegex},
    {"replace", "stage.replace", Shape::settings, kReplace},
    {"sampling", "stage.sampling", Shape::settings, kSampling},
    {"static_labels", "stage.static_labels", Shape::labels},
    {"structured_metadata", "stage.structured_metadata", Shape::labels},
    {"template", "stage.template", Shape::settings, kTemplate},
    {"tenant", "stage.tenant", Shape::settings, kTenant},
    {"timestamp", "stage.timestamp", Shape::settings, kTimestamp},
};

constexpr Setting kMetric[] = {
    {"description", "description"},
    {"source", "source"},
    {"max_idle_duration", "max_idle_duration"},
};
constexpr Setting kMetricConfig[] = {
    {"match_all", "match_all", Kind::literal},
    {"count_entry_bytes", "count_entry_bytes", Kind::literal},
    {"value", "value"},
    {"action", "action"},
    {"buckets", "buckets", Kind::list},
};

}  // namespace

/// Names where the sources of a job send to, with a loki.process if it has stages.
void Importer::pipeline(Job& job) {
  job.receivers = list_expression(writers_);
  if (job.stages == nullptr) return;
  const auto list = items(*job.stages, "pipeline_stages");
  if (list.empty()) return;
  out_.open("loki.process", job.name);
  stages(list);
  out_.set("forward_to", job.receivers);
  out_.close();
  job.receivers = fmt::format("[loki.process.{}.receiver]", job.name);
}

/// A list of maps with one key each. An older form is a map, or the bare name.
void Importer::stages(std::span<const Node* const> list) {
  for (const Node* one : list) {
    if (one->kind == yaml::Kind::scalar)
      stage(one->text, *one, one->span);
    else
      for (const yaml::Pair& pair : pairs(*one, "a stage"))
        stage(pair.key, *pair.value, pair.key_span);
  }
}

void Importer::stage(std::string_view name, const Node& node, river::diag::Span place) {
  if (name == "match") return match(node);
  if (name == "metrics") return metrics(node);
  const auto* found = std::find_if(std::begin(kStages), std::end(kStages),
                                   [&](const Stage& known) { return known.name == name; });
  if (found == std::end(kStages))
    return lost(place,
                fmt::format("the stage {} is not carried over: there is none like it", name));
  out_.at(place);
  out_.open(found->block);
  // `docker: {}`, and `docker:` or `- docker` just as well.
  const bool is_bare = is_null(node) || (node.kind == yaml::Kind::scalar && node.text == name);
  if (!is_bare && found->shape == Shape::settings) {
    Fields fields(node, name, wording(), diagnostics_);
    copy(fields, found->settings);
  } else if (!is_bare) {
    const Kind kind = found->shape == Shape::labels ? Kind::map : Kind::texts;
    out_.set("values", expression(node, {name, "values", kind}));
  }
  out_.close();
}

void Importer::match(const Node& node) {
  Fields fields(node, "match", wording(), diagnostics_);
  constexpr Setting kMatch[] = {
      {"selector", "selector", Kind::pattern},
      {"action", "action"},
      {"drop_counter_reason", "drop_counter_reason"},
  };
  without(fields, "pipeline_name", "it was a label of Promtail's own metrics");
  out_.at(node.span);
  out_.open("stage.match");
  copy(fields, kMatch);
  if (const Node* list = fields.value("stages")) stages(items(*list, "stages"));
  out_.close();
}

void Importer::metrics(const Node& node) {
  out_.at(node.span);
  out_.open("stage.metrics");
  for (const yaml::Pair& pair : pairs(node, "metrics")) metric(pair.key, *pair.value);
  out_.close();
}

/// Its name begins as Promtail's, so that dashboards and rules find it.
void Importer::metric(std::string_view name, const Node& node) {
  Fields fields(node, "a metric", wording(), diagnostics_);
  const std::string type = fields.text("type").value_or("");
  std::string kind(type);
  for (char& c : kind) c = base::to_lower(c);
  if (kind != "counter" && kind != "gauge" && kind != "histogram") {
    fields.error(node, fmt::format("the metric {} is a counter, a gauge or a histogram", name));
    return;
  }
  out_.open("metric." + kind);
  out_.set("name", river::quote(name));
  copy(fields, kMetric);
  const std::string prefix = fields.text("prefix").value_or("");
  out_.set("prefix", text(node, prefix.empty() ? "promtail_custom_" : prefix));
  if (fields.value("source") == nullptr) out_.set("source", river::quote(name));
  if (const Node* config = fields.value("config")) {
    Fields inner(*config, "the config of a metric", wording(), diagnostics_);
    copy(inner, kMetricConfig);
  }
  out_.close();
}

}  // namespace compiler::promtail
