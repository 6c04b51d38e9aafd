#pragma once
#include <string>
#include <string_view>

#include "river/diag/diagnostics.h"
#include "river/schema/types.h"
#include "river/value.h"

/// How C++ types are spoken of in River: one Codec per type. A type
/// says what it is, so the check that a regex compiles, that a label name is legal or that a secret
/// stays unprinted belongs to the type and holds everywhere.
namespace river::schema {

/// How decoding one attribute went. `unknown`: the value is not known yet and is of a fitting type;
/// the member keeps its default.
enum class Decoded { ok, unknown, failed };

/// The worse of two: failed over unknown over ok.
Decoded worse(Decoded a, Decoded b);

/// What a codec needs to report.
struct DecodeContext {
  diag::Diagnostics& diagnostics;
  diag::Span span;             ///< where to point when the value has no origin of its own
  std::string_view name = {};  ///< the attribute, for messages; may be empty

  /// "NAME should be TYPE, got KIND" at the value's own place.
  Decoded mismatch(const Value& value, const Type& wanted);
  /// A value of the right type that cannot be used: bad regex, bad duration.
  Decoded reject(const Value& value, std::string_view code, std::string message,
                 std::string help = "");
  /// The value's own place, or the attribute's.
  diag::Span place(const Value& value) const;
};

/// `decode` converts as the language does: null gives the zero value, numbers become strings and
/// strings numbers, everything that parses itself from text goes via string. An unknown value is
/// judged by its type alone: `unknown` when a value of that type may fit, a mismatch when none can.
template <class T, class Enable = void>
struct Codec;

// Scalars: how each type is called, and how it is decoded and encoded (scalar.cc, types.cc).

template <class T>
inline constexpr Type kScalarType{};
template <>
inline constexpr Type kScalarType<std::string>{.kind = Kind::string, .name = "string"};
template <>
inline constexpr Type kScalarType<bool>{.kind = Kind::boolean, .name = "bool"};
template <>
inline constexpr Type kScalarType<int64_t>{.kind = Kind::number, .name = "int"};
template <>
inline constexpr Type kScalarType<uint64_t>{.kind = Kind::number, .name = "uint"};
template <>
inline constexpr Type kScalarType<double>{.kind = Kind::number, .name = "float"};
template <>
inline constexpr Type kScalarType<Duration>{.kind = Kind::string, .name = "duration"};
template <>
inline constexpr Type kScalarType<ByteSize>{.kind = Kind::string, .name = "size"};
template <>
inline constexpr Type kScalarType<Regex>{.kind = Kind::string, .name = "regex"};
template <>
inline constexpr Type kScalarType<AnchoredRegex>{.kind = Kind::string, .name = "regex"};
template <>
inline constexpr Type kScalarType<Url>{.kind = Kind::string, .name = "url"};
template <>
inline constexpr Type kScalarType<HostPort>{.kind = Kind::string, .name = "host:port"};
template <>
inline constexpr Type kScalarType<LabelName>{.kind = Kind::string, .name = "label name"};
template <>
inline constexpr Type kScalarType<LabelMap>{
    .kind = Kind::object, .name = "map(string)", .element = &kScalarType<std::string>};
template <>
inline constexpr Type kScalarType<base::Secret> = kSecretType;
template <>
inline constexpr Type kScalarType<OptionalSecret> = kOptionalSecretType;
template <>
inline constexpr Type kScalarType<Value>{.name = "any", .is_any = true};

Decoded decode_scalar(const Value& value, std::string& out, DecodeContext& context);
Decoded decode_scalar(const Value& value, bool& out, DecodeContext& context);
Decoded decode_scalar(const Value& value, int64_t& out, DecodeContext& context);
Decoded decode_scalar(const Value& value, uint64_t& out, DecodeContext& context);
Decoded decode_scalar(const Value& value, double& out, DecodeContext& context);
Decoded decode_scalar(const Value& value, Duration& out, DecodeContext& context);
Decoded decode_scalar(const Value& value, ByteSize& out, DecodeContext& context);
Decoded decode_scalar(const Value& value, Regex& out, DecodeContext& context);
Decoded decode_scalar(const Value& value, AnchoredRegex& out, DecodeContext& context);
Decoded decode_scalar(const Value& value, Url& out, DecodeContext& context);
Decoded decode_scalar(const Value& value, HostPort& out, DecodeContext& context);
Decoded decode_scalar(const Value& value, LabelName& out, DecodeContext& context);
Decoded decode_scalar(const Value& value, LabelMap& out, DecodeContext& context);
Decoded decode_scalar(const Value& value, base::Secret& out, DecodeContext& context);
Decoded decode_scalar(const Value& value, OptionalSecret& out, DecodeContext& context);
Decoded decode_scalar(const Value& value, Value& out, DecodeContext& context);

Value encode_scalar(const std::string& value);
Value encode_scalar(const bool& value);
Value encode_scalar(const int64_t& value);
Value encode_scalar(const uint64_t& value);
Value encode_scalar(const double& value);
Value encode_scalar(const Duration& value);
Value encode_scalar(const ByteSize& value);
Value encode_scalar(const Regex& value);
Value encode_scalar(const AnchoredRegex& value);
Value encode_scalar(const Url& value);
Value encode_scalar(const HostPort& value);
Value encode_scalar(const LabelName& value);
Value encode_scalar(const LabelMap& value);
Value encode_scalar(const base::Secret& value);
Value encode_scalar(const OptionalSecret& value);
Value encode_scalar(const Value& value);

template <class T>
requires(!kScalarType<T>.name.empty()) struct Codec<T, void> {
  static constexpr const Type& type = kScalarType<T>;
  static Decoded decode(const Value& value, T& out, DecodeContext& context) {
    return decode_scalar(value, out, context);
  }
  static Value encode(const T& value) { return encode_scalar(value); }
};

/// False when no value of type `from` can be decoded as `to`.
bool may_fit(const Type& from, const Type& to);

/// The first step of most codecs: settles null (`out` untouched: the caller resets it) and unknown
/// values. True when the value is known and not null, so that decoding goes on; otherwise `result`
/// is the answer.
bool is_plain(const Value& value, const Type& wanted, DecodeContext& context, Decoded& result);

/// The text of a value that a string attribute accepts: strings, numbers, public optional secrets.
/// Known, not null. Reports and answers false for others.
bool text_of(const Value& value, const Type& wanted, DecodeContext& context, std::string& out);

}  // namespace river::schema
