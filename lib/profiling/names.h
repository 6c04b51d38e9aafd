#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace profiling {

/// Names of functions as files spell them, and as people and formats need them.

/// How much of a C++ or Rust function's name is shown.
enum class Demangle : uint8_t {
  none,        ///< as the file spells it: "_ZN3foo3barIiEEvT_"
  simplified,  ///< without parameters and template arguments: "foo::bar"
  templates,   ///< without parameters: "foo::bar<int>"
  full,        ///< "void foo::bar<int>(int)"
};

/// By the names of the arguments above; nothing for another one.
std::optional<Demangle> demangle_of(std::string_view name);

/// The name of a function as a person reads it. What is not mangled, or cannot be demangled, comes
/// back as it is, as do names of over 4 KiB. Suffixes of clones (".constprop.0", ".cold") stay.
std::string demangle(std::string_view name, Demangle how);

/// Without the return type, parameters and, if asked, template arguments of a demangled name of
/// C++. Operators, lambdas, conversion functions and anonymous namespaces stay whole.
std::string simplify(std::string_view demangled, bool keep_templates);

/// The name of a Rust function (v0 mangling, "_R..."), without the hashes of crates; nothing when
/// it is none or uses what is not read: constants of other types than integers, and types of
/// functions.
std::optional<std::string> demangle_rust(std::string_view name);

/// Text that any format of profiles takes: bytes that are not UTF-8, control characters and the
/// semicolon that separates frames become "?".
std::string printable(std::string text);

/// Without the version of the symbol: "memcpy" of "memcpy@@GLIBC_2.14".
std::string_view without_version(std::string_view symbol);

}  // namespace profiling
