#pragma once
#include <string_view>

#include "base/result.h"
#include "river/ast.h"
#include "river/value.h"

/// Arithmetic on River numbers. Operands take the higher rank of the two
/// first: unsigned < signed < floating. Integers wrap; nothing here traps or is undefined.
namespace river {

/// Reads the spelling of a number token: an integer, with a leading zero in octal, or a float when
/// it has a point or an exponent or fits no integer. Fails for a float that is out of range.
base::Result<Number> parse_number(std::string_view spelling);

/// A decimal floating point number in the spelling of River and JSON; fails for anything else and
/// out of range. Too small for a double gives zero, as in Go.
base::Result<double> parse_double(std::string_view spelling);

bool is_zero(const Number& number);
double to_double(const Number& number);
/// Truncates toward zero; what does not fit gives the nearest int64, NaN gives 0.
int64_t to_int64(const Number& number);

Number negate(const Number& number);
/// add, subtract, multiply, divide, modulo or power. The caller refuses to divide by zero.
Number arithmetic(ast::Op op, const Number& left, const Number& right);
/// equal, not_equal, less, less_equal, greater or greater_equal.
bool compare(ast::Op op, const Number& left, const Number& right);

}  // namespace river
