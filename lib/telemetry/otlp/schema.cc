#include "telemetry/otlp/schema.h"

namespace telemetry::otlp {
namespace {

constexpr auto kItem = Message::Level::item;
constexpr auto kAbove = Message::Level::above_items;

constexpr Field one(uint32_t number, Kind kind, std::string_view name) {
  return {.number = number, .kind = kind, .name = name};
}
constexpr Field optional(uint32_t number, Kind kind, std::string_view name) {
  return {.number = number, .kind = kind, .name = name, .has_presence = true};
}
constexpr Field list(uint32_t number, Kind kind, std::string_view name) {
  return {.number = number, .kind = kind, .name = name, .is_list = true};
}
constexpr Field one(uint32_t number, std::string_view name, const Message& message) {
  return {.number = number, .kind = Kind::message, .name = name, .message = &message};
}
constexpr Field list(uint32_t number, std::string_view name, const Message& message) {
  return {
      .number = number, .kind = Kind::message, .name = name, .is_list = true, .message = &message};
}
constexpr Field one_of(std::span<const Enumerator> all, uint32_t number, std::string_view name) {
  return {.number = number, .kind = Kind::enumeration, .name = name, .enumerators = all};
}
/// A member of the message's only oneof.
constexpr Field choice(Field field) {
  field.oneof = 1;
  return field;
}

}  // namespace

// common

extern const Message kArrayValue, kKeyValueList, kEntityRef;

namespace {
constexpr Field kAnyValueFields[] = {
    choice(one(1, Kind::text, "stringValue")), choice(one(2, Kind::boolean, "boolValue")),
    choice(one(3, Kind::int64, "intValue")),   choice(one(4, Kind::real, "doubleValue")),
    choice(one(5, "arrayValue", kArrayValue)), choice(one(6, "kvlistValue", kKeyValueList)),
    choice(one(7, Kind::blob, "bytesValue")),
};
constexpr Field kArrayValueFields[] = {list(1, "values", kAnyValue)};
constexpr Field kKeyValueListFields[] = {list(1, "values", kKeyValue)};
constexpr Field kKeyValueFields[] = {one(1, Kind::text, "key"), one(2, "value", kAnyValue)};
constexpr Field kScopeFields[] = {
    one(1, Kind::text, "name"),
    one(2, Kind::text, "version"),
    list(3, "attributes", kKeyValue),
    one(4, Kind::uint32, "droppedAttributesCount"),
};
constexpr Field kEntityRefFields[] = {
    one(1, Kind::text, "schemaUrl"),
    one(2, Kind::text, "type"),
    list(3, Kind::text, "idKeys"),
    list(4, Kind::text, "descriptionKeys"),
};
constexpr Field kResourceFields[] = {
    list(1, "attributes", kKeyValue),
    one(2, Kind::uint32, "droppedAttributesCount"),
    list(3, "entityRefs", kEntityRef),
};
}  // namespace

constexpr Message kAnyValue("AnyValue", kAnyValueFields);
constexpr Message kArrayValue("ArrayValue", kArrayValueFields);
constexpr Message kKeyValueList("KeyValueList", kKeyValueListFields);
constexpr Message kKeyValue("KeyValue", kKeyValueFields);
constexpr Message kScope("InstrumentationScope", kScopeFields);
constexpr Message kEntityRef("EntityRef", kEntityRefFields);
constexpr Message kResource("Resource", kResourceFields);

// trace

namespace {
constexpr Enumerator kSpanKinds[] = {
    {"SPAN_KIND_UNSPECIFIED", 0}, {"SPAN_KIND_INTERNAL", 1}, {"SPAN_KIND_SERVER", 2},
    {"SPAN_KIND_CLIENT", 3},      {"SPAN_KIND_PRODUCER", 4}, {"SPAN_KIND_CONSUMER", 5},
};
constexpr Enumerator kStatusCodes[] = {
    {"STATUS_CODE_UNSET", 0}, {"STATUS_CODE_OK", 1}, {"STATUS_CODE_ERROR", 2}};
constexpr Field kSpanEventFields[] = {
    one(1, Kind::fixed64, "timeUnixNano"),
    one(2, Kind::text, "name"),
    list(3, "attributes", kKeyValue),
    one(4, Kind::uint32, "droppedAttributesCount"),
};
constexpr Field kSpanLinkFields[] = {
    one(1, Kind::trace_id, "traceId"),
    one(2, Kind::span_id, "spanId"),
    one(3, Kind::text, "traceState"),
    list(4, "attributes", kKeyValue),
    one(5, Kind::uint32, "droppedAttributesCount"),
    one(6, Kind::fixed32, "flags"),
};
constexpr Field kSpanStatusFields[] = {one(2, Kind::text, "message"),
                                       one_of(kStatusCodes, 3, "code")};
constexpr Message kSpanStatus("Status", kSpanStatusFields);
constexpr Field kSpanFields[] = {
    one(1, Kind::trace_id, "traceId"),
    one(2, Kind::span_id, "spanId"),
    one(3, Kind::text, "traceState"),
    one(4, Kind::span_id, "parentSpanId"),
    one(5, Kind::text, "name"),
    one_of(kSpanKinds, 6, "kind"),
    one(7, Kind::fixed64, "startTimeUnixNano"),
    one(8, Kind::fixed64, "endTimeUnixNano"),
    list(9, "attributes", kKeyValue),
    one(10, Kind::uint32, "droppedAttributesCount"),
    list(11, "events", kSpanEvent),
    one(12, Kind::uint32, "droppedEventsCount"),
    list(13, "links", kSpanLink),
    one(14, Kind::uint32, "droppedLinksCount"),
    one(15, "status", kSpanStatus),
    one(16, Kind::fixed32, "flags"),
};
constexpr Field kScopeSpansFields[] = {one(1, "scope", kScope), list(2, "spans", kSpan),
                                       one(3, Kind::text, "schemaUrl")};
constexpr Message kScopeSpans("ScopeSpans", kScopeSpansFields, kAbove);
constexpr Field kResourceSpansFields[] = {one(1, "resource", kResource),
                                          list(2, "scopeSpans", kScopeSpans),
                                          one(3, Kind::text, "schemaUrl")};
constexpr Message kResourceSpans("ResourceSpans", kResourceSpansFields, kAbove);
constexpr Field kTraceRequestFields[] = {list(1, "resourceSpans", kResourceSpans)};
constexpr Message kTraceRequest("ExportTraceServiceRequest", kTraceRequestFields, kAbove);
}  // namespace

constexpr Message kSpanEvent("Event", kSpanEventFields);
constexpr Message kSpanLink("Link", kSpanLinkFields);
constexpr Message kSpan("Span", kSpanFields, kItem);

// logs

namespace {
constexpr Enumerator kSeverities[] = {
    {"SEVERITY_NUMBER_UNSPECIFIED", 0}, {"SEVERITY_NUMBER_TRACE", 1},
    {"SEVERITY_NUMBER_TRACE2", 2},      {"SEVERITY_NUMBER_TRACE3", 3},
    {"SEVERITY_NUMBER_TRACE4", 4},      {"SEVERITY_NUMBER_DEBUG", 5},
    {"SEVERITY_NUMBER_DEBUG2", 6},      {"SEVERITY_NUMBER_DEBUG3", 7},
    {"SEVERITY_NUMBER_DEBUG4", 8},      {"SEVERITY_NUMBER_INFO", 9},
    {"SEVERITY_NUMBER_INFO2", 10},      {"SEVERITY_NUMBER_INFO3", 11},
    {"SEVERITY_NUMBER_INFO4", 12},      {"SEVERITY_NUMBER_WARN", 13},
    {"SEVERITY_NUMBER_WARN2", 14},      {"SEVERITY_NUMBER_WARN3", 15},
    {"SEVERITY_NUMBER_WARN4", 16},      {"SEVERITY_NUMBER_ERROR", 17},
    {"SEVERITY_NUMBER_ERROR2", 18},     {"SEVERITY_NUMBER_ERROR3", 19},
    {"SEVERITY_NUMBER_ERROR4", 20},     {"SEVERITY_NUMBER_FATAL", 21},
    {"SEVERITY_NUMBER_FATAL2", 22},     {"SEVERITY_NUMBER_FATAL3", 23},
    {"SEVERITY_NUMBER_FATAL4", 24},
};
constexpr Field kLogRecordFields[] = {
    one(1, Kind::fixed64, "timeUnixNano"), one_of(kSeverities, 2, "severityNumber"),
    one(3, Kind::text, "severityText"),    one(5, "body", kAnyValue),
    list(6, "attributes", kKeyValue),      one(7, Kind::uint32, "droppedAttributesCount"),
    one(8, Kind::fixed32, "flags"),        one(9, Kind::trace_id, "traceId"),
    one(10, Kind::span_id, "spanId"),      one(11, Kind::fixed64, "observedTimeUnixNano"),
    one(12, Kind::text, "eventName"),
};
constexpr Field kScopeLogsFields[] = {one(1, "scope", kScope), list(2, "logRecords", kLogRecord),
                                      one(3, Kind::text, "schemaUrl")};
constexpr Message kScopeLogs("ScopeLogs", kScopeLogsFields, kAbove);
constexpr Field kResourceLogsFields[] = {one(1, "resource", kResource),
                                         list(2, "scopeLogs", kScopeLogs),
                                         one(3, Kind::text, "schemaUrl")};
constexpr Message kResourceLogs("ResourceLogs", kResourceLogsFields, kAbove);
constexpr Field kLogsRequestFields[] = {list(1, "resourceLogs", kResourceLogs)};
constexpr Message kLogsRequest("ExportLogsServiceRequest", kLogsRequestFields, kAbove);
}  // namespace

constexpr Message kLogRecord("LogRecord", kLogRecordFields, kItem);

// metrics

namespace {
constexpr Enumerator kTemporalities[] = {{"AGGREGATION_TEMPORALITY_UNSPECIFIED", 0},
                                         {"AGGREGATION_TEMPORALITY_DELTA", 1},
                                         {"AGGREGATION_TEMPORALITY_CUMULATIVE", 2}};
constexpr Field kExemplarFields[] = {
    one(2, Kind::fixed64, "timeUnixNano"),   choice(one(3, Kind::real, "asDouble")),
    one(4, Kind::span_id, "spanId"),         one(5, Kind::trace_id, "traceId"),
    choice(one(6, Kind::sfixed64, "asInt")), list(7, "filteredAttributes", kKeyValue),
};
constexpr Field kNumberFields[] = {
    one(2, Kind::fixed64, "startTimeUnixNano"),
    one(3, Kind::fixed64, "timeUnixNano"),
    choice(one(4, Kind::real, "asDouble")),
    list(5, "exemplars", kExemplar),
    choice(one(6, Kind::sfixed64, "asInt")),
    list(7, "attributes", kKeyValue),
    one(8, Kind::uint32, "flags"),
};
constexpr Field kHistogramFields[] = {
    one(2, Kind::fixed64, "startTimeUnixNano"),
    one(3, Kind::fixed64, "timeUnixNano"),
    one(4, Kind::fixed64, "count"),
    optional(5, Kind::real, "sum"),
    list(6, Kind::fixed64, "bucketCounts"),
    list(7, Kind::real, "explicitBounds"),
    list(8, "exemplars", kExemplar),
    list(9, "attributes", kKeyValue),
    one(10, Kind::uint32, "flags"),
    optional(11, Kind::real, "min"),
    optional(12, Kind::real, "max"),
};
constexpr Field kBucketsFields[] = {one(1, Kind::sint32, "offset"),
                                    list(2, Kind::uint64, "bucketCounts")};
constexpr Message kBuckets("Buckets", kBucketsFields);
constexpr Field kExponentialFields[] = {
    list(1, "attributes", kKeyValue),      one(2, Kind::fixed64, "startTimeUnixNano"),
    one(3, Kind::fixed64, "timeUnixNano"), one(4, Kind::fixed64, "count"),
    optional(5, Kind::real, "sum"),        one(6, Kind::sint32, "scale"),
    one(7, Kind::fixed64, "zeroCount"),    one(8, "positive", kBuckets),
    one(9, "negative", kBuckets),          one(10, Kind::uint32, "flags"),
    list(11, "exemplars", kExemplar),      optional(12, Kind::real, "min"),
    optional(13, Kind::real, "max"),       one(14, Kind::real, "zeroThreshold"),
};
constexpr Field kQuantileFields[] = {one(1, Kind::real, "quantile"), one(2, Kind::real, "value")};
constexpr Message kQuantile("ValueAtQuantile", kQuantileFields);
constexpr Field kSummaryPointFields[] = {
    one(2, Kind::fixed64, "startTimeUnixNano"),
    one(3, Kind::fixed64, "timeUnixNano"),
    one(4, Kind::fixed64, "count"),
    one(5, Kind::real, "sum"),
    list(6, "quantileValues", kQuantile),
    list(7, "attributes", kKeyValue),
    one(8, Kind::uint32, "flags"),
};
constexpr Field kGaugeFields[] = {list(1, "dataPoints", kNumberDataPoint)};
constexpr Message kGauge("Gauge", kGaugeFields, kAbove);
constexpr Field kSumFields[] = {list(1, "dataPoints", kNumberDataPoint),
                                one_of(kTemporalities, 2, "aggregationTemporality"),
                                one(3, Kind::boolean, "isMonotonic")};
constexpr Message kSum("Sum", kSumFields, kAbove);
constexpr Field kHistogramDataFields[] = {list(1, "dataPoints", kHistogramDataPoint),
                                          one_of(kTemporalities, 2, "aggregationTemporality")};
constexpr Message kHistogram("Histogram", kHistogramDataFields, kAbove);
constexpr Field kExponentialDataFields[] = {list(1, "dataPoints", kExponentialHistogramDataPoint),
                                            one_of(kTemporalities, 2, "aggregationTemporality")};
constexpr Message kExponentialHistogram("ExponentialHistogram", kExponentialDataFields, kAbove);
constexpr Field kSummaryFields[] = {list(1, "dataPoints", kSummaryDataPoint)};
constexpr Message kSummary("Summary", kSummaryFields, kAbove);
constexpr Field kMetricFields[] = {
    one(1, Kind::text, "name"),
    one(2, Kind::text, "description"),
    one(3, Kind::text, "unit"),
    choice(one(5, "gauge", kGauge)),
    choice(one(7, "sum", kSum)),
    choice(one(9, "histogram", kHistogram)),
    choice(one(10, "exponentialHistogram", kExponentialHistogram)),
    choice(one(11, "summary", kSummary)),
    list(12, "metadata", kKeyValue),
};
constexpr Field kScopeMetricsFields[] = {one(1, "scope", kScope), list(2, "metrics", kMetric),
                                         one(3, Kind::text, "schemaUrl")};
constexpr Message kScopeMetrics("ScopeMetrics", kScopeMetricsFields, kAbove);
constexpr Field kResourceMetricsFields[] = {one(1, "resource", kResource),
                                            list(2, "scopeMetrics", kScopeMetrics),
                                            one(3, Kind::text, "schemaUrl")};
constexpr Message kResourceMetrics("ResourceMetrics", kResourceMetricsFields, kAbove);
constexpr Field kMetricsRequestFields[] = {list(1, "resourceMetrics", kResourceMetrics)};
constexpr Message kMetricsRequest("ExportMetricsServiceRequest", kMetricsRequestFields, kAbove);
}  // namespace

constexpr Message kExemplar("Exemplar", kExemplarFields);
constexpr Message kNumberDataPoint("NumberDataPoint", kNumberFields, kItem);
constexpr Message kHistogramDataPoint("HistogramDataPoint", kHistogramFields, kItem);
constexpr Message kExponentialHistogramDataPoint("ExponentialHistogramDataPoint",
                                                 kExponentialFields, kItem);
constexpr Message kSummaryDataPoint("SummaryDataPoint", kSummaryPointFields, kItem);
constexpr Message kMetric("Metric", kMetricFields, kAbove);

// services

namespace {
constexpr Field kPartialSpansFields[] = {one(1, Kind::int64, "rejectedSpans"),
                                         one(2, Kind::text, "errorMessage")};
constexpr Field kPartialPointsFields[] = {one(1, Kind::int64, "rejectedDataPoints"),
                                          one(2, Kind::text, "errorMessage")};
constexpr Field kPartialRecordsFields[] = {one(1, Kind::int64, "rejectedLogRecords"),
                                           one(2, Kind::text, "errorMessage")};
constexpr Message kPartialSpans("ExportTracePartialSuccess", kPartialSpansFields);
constexpr Message kPartialPoints("ExportMetricsPartialSuccess", kPartialPointsFields);
constexpr Message kPartialRecords("ExportLogsPartialSuccess", kPartialRecordsFields);
constexpr Field kTraceResponseFields[] = {one(1, "partialSuccess", kPartialSpans)};
constexpr Field kMetricsResponseFields[] = {one(1, "partialSuccess", kPartialPoints)};
constexpr Field kLogsResponseFields[] = {one(1, "partialSuccess", kPartialRecords)};
constexpr Message kTraceResponse("ExportTraceServiceResponse", kTraceResponseFields);
constexpr Message kMetricsResponse("ExportMetricsServiceResponse", kMetricsResponseFields);
constexpr Message kLogsResponse("ExportLogsServiceResponse", kLogsResponseFields);
constexpr Field kAnyFields[] = {one(1, Kind::text, "typeUrl"), one(2, Kind::blob, "value")};
constexpr Message kAny("Any", kAnyFields);
constexpr Field kStatusFields[] = {one(1, Kind::int32, "code"), one(2, Kind::text, "message"),
                                   list(3, "details", kAny)};
}  // namespace

constexpr Message kStatus("Status", kStatusFields);

const Message& request_of(Signal signal) {
  return signal == Signal::traces    ? kTraceRequest
         : signal == Signal::metrics ? kMetricsRequest
                                     : kLogsRequest;
}

const Message& response_of(Signal signal) {
  return signal == Signal::traces    ? kTraceResponse
         : signal == Signal::metrics ? kMetricsResponse
                                     : kLogsResponse;
}

}  // namespace telemetry::otlp
