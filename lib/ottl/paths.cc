#include <algorithm>
#include <array>
#include <vector>

#include "ottl/function.h"
#include "telemetry/otlp/fields.h"
#include "telemetry/otlp/schema.h"

namespace ottl {
namespace {

namespace otlp = telemetry::otlp;

constexpr std::array<std::string_view, 7> kNames = {"resource", "scope",     "span", "spanevent",
                                                    "metric",   "datapoint", "log"};

constexpr PathField kPaths[] = {
    {Context::resource, "attributes", Access::attributes},
    {Context::resource, "dropped_attributes_count", Access::integer, 2},
    {Context::scope, "name", Access::text, otlp::scope::kName},
    {Context::scope, "version", Access::text, otlp::scope::kVersion},
    {Context::scope, "attributes", Access::attributes},
    {Context::scope, "dropped_attributes_count", Access::integer, 4},

    {Context::span, "trace_id", Access::id, otlp::span::kTraceId},
    {Context::span, "trace_id.string", Access::id_text, otlp::span::kTraceId},
    {Context::span, "span_id", Access::id, otlp::span::kSpanId},
    {Context::span, "span_id.string", Access::id_text, otlp::span::kSpanId},
    {Context::span, "parent_span_id", Access::id, otlp::span::kParentSpanId},
    {Context::span, "parent_span_id.string", Access::id_text, otlp::span::kParentSpanId},
    {Context::span, "trace_state", Access::text, otlp::span::kTraceState},
    {Context::span, "name", Access::text, otlp::span::kName},
    {Context::span, "kind", Access::integer, otlp::span::kKind},
    {Context::span, "kind.string", Access::kind_text, otlp::span::kKind},
    {Context::span, "status.message", Access::status_text, otlp::span_status::kMessage},
    {Context::span, "status.code", Access::status_code, otlp::span_status::kCode},
    {Context::span, "start_time_unix_nano", Access::integer, otlp::span::kStart},
    {Context::span, "end_time_unix_nano", Access::integer, otlp::span::kEnd},
    {Context::span, "attributes", Access::attributes},
    {Context::span, "dropped_attributes_count", Access::integer, otlp::span::kDroppedAttributes},
    {Context::span, "dropped_events_count", Access::integer, otlp::span::kDroppedEvents},
    {Context::span, "dropped_links_count", Access::integer, otlp::span::kDroppedLinks},

    {Context::span_event, "time_unix_nano", Access::integer, otlp::span_event::kTime},
    {Context::span_event, "name", Access::text, otlp::span_event::kName},
    {Context::span_event, "attributes", Access::attributes},

    {Context::metric, "name", Access::text, otlp::metric::kName},
    {Context::metric, "description", Access::text, otlp::metric::kDescription},
    {Context::metric, "unit", Access::text, otlp::metric::kUnit},
    {Context::metric, "type", Access::metric_type},
    {Context::metric, "aggregation_temporality", Access::data_integer,
     otlp::metric_data::kTemporality},
    {Context::metric, "is_monotonic", Access::data_boolean, otlp::metric_data::kIsMonotonic},

    {Context::data_point, "attributes", Access::attributes},
    {Context::data_point, "start_time_unix_nano", Access::integer, otlp::point::kStart},
    {Context::data_point, "time_unix_nano", Access::integer, otlp::point::kTime},
    {Context::data_point, "value_double", Access::real, otlp::number_point::kReal},
    {Context::data_point, "value_int", Access::integer, otlp::number_point::kInteger},

    {Context::log, "time_unix_nano", Access::integer, otlp::log_record::kTime},
    {Context::log, "observed_time_unix_nano", Access::integer, otlp::log_record::kObservedTime},
    {Context::log, "severity_number", Access::integer, otlp::log_record::kSeverityNumber},
    {Context::log, "severity_text", Access::text, otlp::log_record::kSeverityText},
    {Context::log, "body", Access::value, otlp::log_record::kBody},
    {Context::log, "body.string", Access::value_text, otlp::log_record::kBody},
    {Context::log, "attributes", Access::attributes},
    {Context::log, "dropped_attributes_count", Access::integer,
     otlp::log_record::kDroppedAttributes},
    {Context::log, "flags", Access::integer, otlp::log_record::kFlags},
    {Context::log, "trace_id", Access::id, otlp::log_record::kTraceId},
    {Context::log, "trace_id.string", Access::id_text, otlp::log_record::kTraceId},
    {Context::log, "span_id", Access::id, otlp::log_record::kSpanId},
    {Context::log, "span_id.string", Access::id_text, otlp::log_record::kSpanId},
    {Context::log, "event_name", Access::text, otlp::log_record::kEventName},
};

constexpr std::string_view kMetricTypes[] = {
    "NONE", "GAUGE", "SUM", "HISTOGRAM", "EXPONENTIAL_HISTOGRAM", "SUMMARY"};

}  // namespace

std::string_view name_of(Context context) {
  return kNames[static_cast<size_t>(context)];
}

std::optional<Context> context_of(std::string_view name) {
  if (name == "instrumentation_scope") return Context::scope;
  for (size_t i = 0; i < kNames.size(); ++i)
    if (kNames[i] == name) return static_cast<Context>(i);
  return std::nullopt;
}

bool can_see(Context inner, Context outer) {
  if (inner == outer || outer == Context::resource) return true;
  switch (outer) {
    case Context::scope:
      return inner != Context::resource;
    case Context::span:
      return inner == Context::span_event;
    case Context::metric:
      return inner == Context::data_point;
    default:
      return false;
  }
}

const PathField* find_path(Context context, std::string_view name) {
  for (const PathField& field : kPaths)
    if (field.context == context && field.name == name) return &field;
  return nullptr;
}

std::optional<int64_t> enumerator(std::string_view name) {
  static const otlp::Field* const kFields[] = {
      otlp::kSpan.find(otlp::span::kKind),
      otlp::kSpan.find(otlp::span::kStatus)->message->find(otlp::span_status::kCode),
      otlp::kLogRecord.find(otlp::log_record::kSeverityNumber),
      otlp::kMetric.find(otlp::metric::kSum)->message->find(otlp::metric_data::kTemporality)};
  for (const otlp::Field* field : kFields)
    for (const otlp::Enumerator& known : field->enumerators)
      if (known.name == name) return known.value;
  static constexpr std::string_view kPrefix = "METRIC_DATA_TYPE_";
  if (!name.starts_with(kPrefix)) return std::nullopt;
  const auto found = std::ranges::find(kMetricTypes, name.substr(kPrefix.size()));
  if (found == std::end(kMetricTypes)) return std::nullopt;
  return found - std::begin(kMetricTypes);
}

}  // namespace ottl
