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

// A macro: the members of explicit specializations cannot be declared for a list of types.
#define RIVER_SCALAR_CODEC(T)                                                  \
  template <>                                                                  \
  struct Codec<T> {                                                            \
    static const Type type;                                                    \
    static Decoded decode(const Value& value, T& out, DecodeContext& context); \
    static Value encode(const T& value);                                       \
  }
RIVER_SCALAR_CODEC(std::string);
RIVER_SCALAR_CODEC(bool);
RIVER_SCALAR_CODEC(int64_t);
RIVER_SCALAR_CODEC(uint64_t);
RIVER_SCALAR_CODEC(double);
RIVER_SCALAR_CODEC(Duration);
RIVER_SCALAR_CODEC(ByteSize);
RIVER_SCALAR_CODEC(Regex);
RIVER_SCALAR_CODEC(AnchoredRegex);
RIVER_SCALAR_CODEC(Url);
RIVER_SCALAR_CODEC(HostPort);
RIVER_SCALAR_CODEC(LabelName);
RIVER_SCALAR_CODEC(LabelMap);
RIVER_SCALAR_CODEC(base::Secret);
RIVER_SCALAR_CODEC(OptionalSecret);
RIVER_SCALAR_CODEC(Value);  // any
#undef RIVER_SCALAR_CODEC

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
