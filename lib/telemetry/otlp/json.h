#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "telemetry/otlp/schema.h"

/// The JSON of OTLP: protobuf's mapping, but with ids in hexadecimal, enumerators as numbers and
/// keys in lowerCamelCase. Both directions walk the tables of schema.h; no tree is built.
///
/// What senders get wrong and the reference (pdata) lets pass, passes here, and what it refuses is
/// refused, with the whole request:
///
///   read      keys in snake_case; enumerators by name; 32-bit integers and doubles as text; ids
///             in upper case, or empty; null for texts, bytes, messages, lists and their elements
///   refused   ids of another length; integers with a fraction or an exponent, or too large;
///             base64 without padding or of the other alphabet; null for numbers and ids; texts
///             for booleans; anything but an object
///   repeated  lists append, messages merge, of other fields and of a oneof the last one counts
namespace telemetry::otlp {

/// The message as protobuf, from one JSON object (or null) at the start of the text; what follows
/// it is not read. Fields that are not known here are ignored. The error names the place:
/// "resourceSpans.scopeSpans.spans.traceId: 31 hexadecimal digits instead of 32, at byte 80".
/// Texts may hold bytes that are not UTF-8, which check() is for. Recursion is bounded, by
/// kValueDepthMax.
base::Result<std::string> request_of_json(const Message& message, std::string_view json);

/// The JSON of a message: fields in the order of their table, without those that have their
/// default; 64-bit integers as text; ids in lower case. What JSON cannot say is left out: fields
/// that are not known here, values more than kValueDepthMax deep, and what follows an encoding
/// error.
std::string json_of(const Message& message, std::string_view bytes);

/// Appends bytes in lower-case hexadecimal, as ids are written here and wherever people read them.
void append_hex(std::string& out, std::string_view bytes);
/// The bytes of hexadecimal digits in any case; nothing for any other text.
std::optional<std::string> bytes_of_hex(std::string_view digits);

}  // namespace telemetry::otlp
