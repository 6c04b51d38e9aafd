#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "telemetry/otlp_batch.h"
#include "telemetry/wire/proto.h"

/// The messages of OTLP 1.11 (opentelemetry-proto, packages opentelemetry.proto.*.v1) as tables.
/// Checking, counting, splitting and the JSON encoding all go by them.
namespace telemetry::otlp {

/// What a field holds; with the wire type that follows from it.
enum class Kind : uint8_t {
  text,  ///< UTF-8
  blob,
  trace_id,  ///< 16 bytes, or none
  span_id,   ///< 8 bytes, or none
  message,
  boolean,
  enumeration,  ///< int32
  int32,
  sint32,  ///< zigzag
  uint32,
  int64,
  uint64,
  fixed32,
  fixed64,
  sfixed64,
  real  ///< double
};

constexpr wire::WireType wire_type(Kind kind) {
  switch (kind) {
    case Kind::text:
    case Kind::blob:
    case Kind::trace_id:
    case Kind::span_id:
    case Kind::message:
      return wire::WireType::bytes;
    case Kind::fixed32:
      return wire::WireType::fixed32;
    case Kind::fixed64:
    case Kind::sfixed64:
    case Kind::real:
      return wire::WireType::fixed64;
    default:
      return wire::WireType::varint;
  }
}

struct Message;

/// The name of an enumerator in JSON, for readers that take it.
struct Enumerator {
  std::string_view name;
  int32_t value = 0;
};

struct Field {
  uint32_t number = 0;
  Kind kind = Kind::text;
  std::string_view name;  ///< in JSON: lowerCamelCase
  bool is_list = false;
  const Message* message = nullptr;
  std::span<const Enumerator> enumerators{};
  /// Fields of a message with the same number here exclude each other; 0: none.
  uint8_t oneof = 0;
  /// A field without a value is told from one with its default.
  bool has_presence = false;
};

struct Message {
  /// Where it stands as seen from what is counted: spans, data points, log records.
  enum class Level : uint8_t { above_items, item, other };

  std::string_view name;
  std::span<const Field> fields;
  Level level = Level::other;

  /// The field of this number, or nullptr for one that is not known here.
  constexpr const Field* find(uint32_t number) const {
    return number < places.size() && places[number] != 0 ? &fields[places[number] - 1u] : nullptr;
  }

  /// 1 + index of the field of each number. All numbers of OTLP are below 17.
  std::array<uint8_t, 17> places{};

  /// The number of its field "attributes"; 0: none.
  uint32_t attributes = 0;

  constexpr Message(std::string_view of, std::span<const Field> all, Level where = Level::other)
      : name(of), fields(all), level(where) {
    for (uint8_t i = 0; i < all.size(); ++i) {
      places[all[i].number] = static_cast<uint8_t>(i + 1);
      if (all[i].name == "attributes") attributes = all[i].number;
    }
  }
};

/// The messages that have a use of their own; the others hang below them.
extern const Message kAnyValue, kKeyValue, kResource, kScope;
extern const Message kSpan, kSpanEvent, kSpanLink, kLogRecord, kMetric, kExemplar;
extern const Message kNumberDataPoint, kHistogramDataPoint, kExponentialHistogramDataPoint,
    kSummaryDataPoint;

/// Export{Trace,Metrics,Logs}ServiceRequest.
const Message& request_of(Signal signal);
/// Export{Trace,Metrics,Logs}ServiceResponse.
const Message& response_of(Signal signal);
/// google.rpc.Status, the body of an answer that is an error.
extern const Message kStatus;

}  // namespace telemetry::otlp
