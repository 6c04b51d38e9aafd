#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "river/diag/diagnostics.h"
#include "river/value.h"

namespace re2 {
class RE2;
}

/// How C++ types are spoken of in River (river-language §3.6, §3.8). A type says what it is, so the
/// check that a regex compiles, that a label name is legal or that a secret stays unprinted belongs
/// to the type and holds everywhere.
namespace river::schema {

/// How decoding one attribute went. `unknown`: the value is not known yet and is of a fitting type;
/// the member keeps its default.
enum class Decoded { ok, unknown, failed };

/// What a codec needs to report. `path` is the source text of the attribute for messages.
struct DecodeContext {
  diag::Diagnostics& diagnostics;
  diag::Span span;  ///< where to point when the value has no origin of its own

  /// "should be TYPE, got KIND" at the value's own place.
  Decoded mismatch(const Value& value, const Type& wanted);
  /// A value of the right type that cannot be used: bad regex, bad duration.
  Decoded reject(const Value& value, std::string_view code, std::string message,
                 std::string help = "");
};

template <class T, class Enable = void>
struct Codec;

// Types of attributes that are more than their bytes.

/// Go duration syntax: "1h30m", "250ms", "0".
struct Duration {
  std::chrono::nanoseconds value{0};
  constexpr Duration() = default;
  template <class Rep, class Period>
  constexpr Duration(std::chrono::duration<Rep, Period> d) : value(d) {}
  bool operator==(const Duration&) const = default;
};

/// Bytes: "5KiB", "1MB", or a plain number.
struct ByteSize {
  uint64_t bytes = 0;
  bool operator==(const ByteSize&) const = default;
};

/// A regex that compiled under RE2. Empty: not given.
struct Regex {
  std::string source;
  std::shared_ptr<const re2::RE2> compiled;
};

/// As Regex, but compiled as ^(?s:SOURCE)$, the way relabel rules match.
struct AnchoredRegex {
  std::string source;
  std::shared_ptr<const re2::RE2> compiled;
};

/// An http or https URL. Checked when known; may come from sys.env, so empty means not given.
struct Url {
  std::string text;
};

/// host:port to listen on or to connect to; the port is 1..65535 (0 for "any free port" when
/// listening).
struct HostPort {
  std::string text;
};

/// A label name as Prometheus defines it: [a-zA-Z_][a-zA-Z0-9_]*.
struct LabelName {
  std::string text;
  auto operator<=>(const LabelName&) const = default;
};

/// Labels to put on entries; names are legal, values are any text.
struct LabelMap {
  std::map<std::string, std::string> entries;
};

/// Text that may or may not be secret (what local.file exports).
struct OptionalSecret {
  base::Secret text;
  bool is_secret = false;
};

/// One discovered target: labels, with those that start with __ for internal use.
using Target = std::map<std::string, std::string>;
using Targets = std::vector<Target>;

/// The River name of a capsule type; specialise beside the type: "LogsReceiver", "RelabelRules".
template <class T>
inline constexpr std::string_view kCapsuleName = {};

/// An object that River passes on without looking into it.
template <class T>
struct CapsuleRef {
  std::shared_ptr<T> pointer;
};

/// River spelling of each enumerator; specialise beside the enum:
///   template <> inline constexpr EnumName<Transport> kEnumNames<Transport>[] = {{"tcp",
///   Transport::tcp}, ...};
template <class E>
struct EnumName {
  std::string_view name;
  E value;
};
template <class E>
inline constexpr EnumName<E> kEnumNames[] = {};

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

template <class T>
struct Codec<std::optional<T>> {
  static constexpr const Type& type = Codec<T>::type;
  static Decoded decode(const Value& value, std::optional<T>& out, DecodeContext& context) {
    if (value.is_null()) {
      out.reset();
      return Decoded::ok;
    }
    return Codec<T>::decode(value, out.emplace(), context);
  }
  static Value encode(const std::optional<T>& value) {
    return value ? Codec<T>::encode(*value) : Value();
  }
};

/// The elements of an array value, for list codecs: nullptr and a report when it is none.
/// Sets `result` to unknown for an unknown array, failed for a mismatch.
const Array* array_elements(const Value& value, const Type& wanted, DecodeContext& context,
                            Decoded& result);
const Object* object_fields(const Value& value, const Type& wanted, DecodeContext& context,
                            Decoded& result);
/// The worse of two: failed over unknown over ok.
Decoded worse(Decoded a, Decoded b);

template <class T>
struct Codec<std::vector<T>> {
  static constexpr Type type{.kind = Kind::array, .name = {}, .element = &Codec<T>::type};
  static Decoded decode(const Value& value, std::vector<T>& out, DecodeContext& context) {
    out.clear();
    Decoded result = Decoded::ok;
    if (const Array* elements = array_elements(value, type, context, result))
      for (const Value& element : *elements)
        result = worse(result, Codec<T>::decode(element, out.emplace_back(), context));
    return result;
  }
  static Value encode(const std::vector<T>& list) {
    Array out;
    for (const T& element : list) out.push_back(Codec<T>::encode(element));
    return Value::array(std::move(out));
  }
};

template <class T>
struct Codec<std::map<std::string, T>> {
  static constexpr Type type{.kind = Kind::object, .name = {}, .element = &Codec<T>::type};
  static Decoded decode(const Value& value, std::map<std::string, T>& out, DecodeContext& context) {
    out.clear();
    Decoded result = Decoded::ok;
    if (const Object* fields = object_fields(value, type, context, result))
      for (const auto& [key, element] : *fields)
        result = worse(result, Codec<T>::decode(element, out[key], context));
    return result;
  }
  static Value encode(const std::map<std::string, T>& map) {
    Object out;
    for (const auto& [key, element] : map) out.emplace_back(key, Codec<T>::encode(element));
    return Value::object(std::move(out));
  }
};

/// The pointer of a capsule value of this kind, or nullptr with `result` set (unknown or failed).
std::shared_ptr<void> capsule_pointer(const Value& value, const Type& wanted,
                                      DecodeContext& context, Decoded& result);

template <class T>
struct Codec<CapsuleRef<T>> {
  static constexpr Type type{.kind = Kind::capsule,
                             .name = kCapsuleName<T>,
                             .element = nullptr,
                             .capsule = kCapsuleName<T>};
  static Decoded decode(const Value& value, CapsuleRef<T>& out, DecodeContext& context) {
    Decoded result = Decoded::ok;
    out.pointer = std::static_pointer_cast<T>(capsule_pointer(value, type, context, result));
    return result;
  }
  static Value encode(const CapsuleRef<T>& value) {
    return Value::capsule({kCapsuleName<T>, value.pointer});
  }
};

/// Index of the name in the list, or -1 after reporting "must be one of" with a suggestion.
int enum_index(const Value& value, const std::string_view* names, size_t count,
               DecodeContext& context, Decoded& result);

template <class E>
struct Codec<E, std::enable_if_t<std::is_enum_v<E>>> {
  static constexpr Type type{.kind = Kind::string, .name = "string"};
  static constexpr size_t kCount = std::size(kEnumNames<E>);
  static Decoded decode(const Value& value, E& out, DecodeContext& context) {
    std::string_view names[kCount];
    for (size_t i = 0; i < kCount; ++i) names[i] = kEnumNames<E>[i].name;
    Decoded result = Decoded::ok;
    const int index = enum_index(value, names, kCount, context, result);
    if (index >= 0) out = kEnumNames<E>[index].value;
    return result;
  }
  static Value encode(E value) {
    for (const auto& entry : kEnumNames<E>)
      if (entry.value == value) return Value::string(std::string(entry.name));
    return Value();
  }
};

}  // namespace river::schema
