#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"
#include "river/diag/source_map.h"

namespace re2 {
class RE2;
}

/// Types of attributes that are more than their bytes. A decoded one cannot be wrong.
namespace river::schema {

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

/// host:port to listen on or to connect to; an empty host means every address, port 0 any free one.
struct HostPort {
  std::string text;
  diag::Span place;  ///< where it is written, for "used twice" messages; not part of the value
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

/// The River name of a capsule type; specialise beside the type: "LogsReceiver", "RelabelRules".
template <class T>
inline constexpr std::string_view kCapsuleName = {};

/// An object that River passes on without looking into it.
template <class T>
struct CapsuleRef {
  std::shared_ptr<T> pointer;
};

/// River spelling of each enumerator; specialise beside the enum:
///   template <>
///   inline constexpr EnumName<Transport> kEnumNames<Transport>[] = {
///       {"tcp", Transport::tcp}, {"udp", Transport::udp}};
/// Of two spellings of one enumerator the first is the canonical one.
template <class E>
struct EnumName {
  std::string_view name;
  E value;
};
template <class E>
inline constexpr EnumName<E> kEnumNames[] = {};

}  // namespace river::schema
