#pragma once
#include <cstdint>
#include <span>
#include <string>

#include "river/eval.h"
#include "river/value.h"

/// The standard library, found by river::stdlib, one file per namespace. Every
/// function gets its arguments converted to its parameters' types; none does I/O but for sys.env.
namespace river::stdlib {

using Arguments = std::vector<Value>;
using Answer = base::Result<Value>;

std::span<const Function> array_functions();
std::span<const Function> convert_functions();
std::span<const Function> encoding_functions();
std::span<const Function> file_functions();
std::span<const Function> string_functions();
std::span<const Function> sys_functions();
/// Those without a namespace: coalesce and json_path.
std::span<const Function> plain_functions();

/// Why a function stops before it has made more than kTextBytesMax or kElementsMax.
inline tl::unexpected<base::Error> too_long() {
  return base::fail("gives too long a result");
}

/// hostname, os, arch and version of this machine and program.
Value constants();

/// The text of an argument whose parameter is a string.
inline const std::string& text(const Value& argument) {
  return *argument.as_string();
}

inline constexpr const Type* kTakesString[] = {&kStringType};
inline constexpr const Type* kTakesAny[] = {&kAnyType};

}  // namespace river::stdlib
