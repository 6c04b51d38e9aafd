#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "river/value.h"

namespace river::stdlib {

/// Go's Sprintf over River values: null is nil, numbers are int, uint64 or float64, arrays
/// []interface {}, objects map[string]interface {}. Misuse puts Go's markers into the text, such as
/// %!d(string=x). Fails only for secrets, which must not become plain text.
base::Result<std::string> format(std::string_view format, std::span<const Value> args);

// How one verb of a Go format writes one scalar. Internal to string.format.

/// Flags, width and precision of a directive such as %-08.3f; -1: not given.
struct FormatSpec {
  bool plus = false;
  bool minus = false;
  bool sharp = false;
  bool space = false;
  bool zero = false;
  bool sharp_v = false;  ///< %#v: as Go source
  int width = -1;
  int precision = -1;
};

/// Appends text, filled up to the width, which counts code points.
void write_padded(const FormatSpec& spec, std::string_view text, std::string& out);

/// An integer in base 2, 8, 10 or 16. `verb` is O for the 0o prefix, X for upper case digits.
void write_integer(const FormatSpec& spec, uint64_t size, bool negative, uint32_t radix, char verb,
                   std::string& out);
/// A float by one of the verbs v e E f F g G b x X.
void write_float(const FormatSpec& spec, double value, char verb, std::string& out);
/// A text by one of the verbs v s q x X.
void write_text(const FormatSpec& spec, std::string_view text, char verb, std::string& out);
/// A code point by one of the verbs c q U.
void write_code_point(const FormatSpec& spec, uint64_t code, char verb, std::string& out);

}  // namespace river::stdlib
