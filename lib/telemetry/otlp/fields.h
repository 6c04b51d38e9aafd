#pragma once
#include <cstdint>

/// The numbers of the fields that code asks for by name; schema.h has all of them.
namespace telemetry::otlp {

/// Of every request, and of its resources and scopes, whatever the signal: ResourceSpans and
/// ScopeSpans, ResourceMetrics and so on have the same numbers.
namespace request {
inline constexpr uint32_t kResources = 1;
}
namespace resource_data {
inline constexpr uint32_t kResource = 1, kScopes = 2, kSchemaUrl = 3;
}
namespace scope_data {
inline constexpr uint32_t kScope = 1, kItems = 2, kSchemaUrl = 3;
}
namespace scope {
inline constexpr uint32_t kName = 1, kVersion = 2;
}
namespace any_value {
inline constexpr uint32_t kText = 1, kBoolean = 2, kInteger = 3, kReal = 4, kList = 5, kMap = 6,
                          kBytes = 7;
}
namespace key_value {
inline constexpr uint32_t kKey = 1, kValue = 2;
}
namespace span {
inline constexpr uint32_t kTraceId = 1, kSpanId = 2, kTraceState = 3, kParentSpanId = 4, kName = 5,
                          kKind = 6, kStart = 7, kEnd = 8, kDroppedAttributes = 10, kEvents = 11,
                          kDroppedEvents = 12, kLinks = 13, kDroppedLinks = 14, kStatus = 15;
}
namespace span_status {
inline constexpr uint32_t kMessage = 2, kCode = 3;
}
namespace span_event {
inline constexpr uint32_t kTime = 1, kName = 2;
}
namespace log_record {
inline constexpr uint32_t kTime = 1, kSeverityNumber = 2, kSeverityText = 3, kBody = 5,
                          kDroppedAttributes = 7, kFlags = 8, kTraceId = 9, kSpanId = 10,
                          kObservedTime = 11, kEventName = 12;
}
namespace metric {
inline constexpr uint32_t kName = 1, kDescription = 2, kUnit = 3, kGauge = 5, kSum = 7,
                          kHistogram = 9, kExponentialHistogram = 10, kSummary = 11;
}
/// Of gauge, sum and the others.
namespace metric_data {
inline constexpr uint32_t kPoints = 1, kTemporality = 2, kIsMonotonic = 3;
inline constexpr uint64_t kDelta = 1, kCumulative = 2;
}  // namespace metric_data
/// Of points of every type, but for the flags.
namespace point {
inline constexpr uint32_t kStart = 2, kTime = 3;
inline constexpr uint64_t kNoRecordedValue = 1;  ///< in flags
}  // namespace point
namespace number_point {
inline constexpr uint32_t kReal = 4, kExemplars = 5, kInteger = 6, kFlags = 8;
}
namespace histogram_point {
inline constexpr uint32_t kCount = 4, kSum = 5, kCounts = 6, kBounds = 7, kExemplars = 8,
                          kFlags = 10;
}
namespace exponential_point {
inline constexpr uint32_t kCount = 4, kSum = 5, kScale = 6, kZeroCount = 7, kPositive = 8,
                          kNegative = 9, kFlags = 10, kExemplars = 11, kZeroThreshold = 14;
}
namespace buckets {
inline constexpr uint32_t kOffset = 1, kCounts = 2;
}
namespace summary_point {
inline constexpr uint32_t kCount = 4, kSum = 5, kQuantiles = 6, kFlags = 8;
}
namespace quantile {
inline constexpr uint32_t kQuantile = 1, kValue = 2;
}
namespace exemplar {
inline constexpr uint32_t kTime = 2, kReal = 3, kSpanId = 4, kTraceId = 5, kInteger = 6;
}

}  // namespace telemetry::otlp
