#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Numbers as text: floating-point ones as Go's strconv reads and writes them, and so every
/// Prometheus format.
namespace base {

/// Reads the whole text as Go's ParseFloat does: decimal with an optional exponent; inf, infinity
/// (with a sign) and nan (without) in any case. What is too large is no number, what is too small
/// is zero. Hexadecimal and digits with underscores, which Go knows as well, are refused, as
/// Prometheus refuses them.
std::optional<double> parse_float(std::string_view text);

/// Appends the number as FormatFloat(value, 'g', -1, 64) does: the fewest digits that read back as
/// the same number, with an exponent of two digits or more when it is below -4 or above 5; NaN,
/// +Inf, -Inf.
void append_float(std::string& out, double value);

/// "1 line", "2 lines", for messages.
std::string counted(uint64_t count, std::string_view one, std::string_view many);

}  // namespace base
