#include "river/number.h"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "base/ensure.h"

namespace river {

using Rank = Number::Rank;

namespace {

template <class T>
bool read_integer(std::string_view digits, int radix, T& out) {
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, out, radix);
  return error == std::errc() && stop == end;
}

Rank common_rank(const Number& left, const Number& right) {
  return std::max(left.rank, right.rank);
}

// Signed and unsigned share their bits, so one conversion serves both.
uint64_t bits(const Number& number) {
  return number.rank == Rank::signed_int ? static_cast<uint64_t>(number.i) : number.u;
}

Number from_bits(Rank rank, uint64_t value) {
  return rank == Rank::signed_int ? Number::of(static_cast<int64_t>(value)) : Number::of(value);
}

// The result of repeated multiplication, for which a negative exponent leaves the base as it is.
uint64_t integer_power(Rank rank, uint64_t base, uint64_t exponent) {
  if (rank == Rank::signed_int && static_cast<int64_t>(exponent) < 0) return base;
  uint64_t result = 1;
  for (; exponent != 0; exponent >>= 1) {
    if ((exponent & 1) != 0) result *= base;
    base *= base;
  }
  return result;
}

uint64_t integer_divide(Rank rank, uint64_t left, uint64_t right) {
  if (rank == Rank::unsigned_int) return left / right;
  if (static_cast<int64_t>(right) == -1) return -left;  // The one quotient that would trap.
  return static_cast<uint64_t>(static_cast<int64_t>(left) / static_cast<int64_t>(right));
}

uint64_t integer_modulo(Rank rank, uint64_t left, uint64_t right) {
  if (rank == Rank::unsigned_int) return left % right;
  if (static_cast<int64_t>(right) == -1) return 0;
  return static_cast<uint64_t>(static_cast<int64_t>(left) % static_cast<int64_t>(right));
}

Number integer_arithmetic(ast::Op op, Rank rank, uint64_t left, uint64_t right) {
  switch (op) {
    case ast::Op::add:
      return from_bits(rank, left + right);
    case ast::Op::subtract:
      return from_bits(rank, left - right);
    case ast::Op::multiply:
      return from_bits(rank, left * right);
    case ast::Op::divide:
      return from_bits(rank, integer_divide(rank, left, right));
    case ast::Op::modulo:
      return from_bits(rank, integer_modulo(rank, left, right));
    default:
      ENSURE(op == ast::Op::power);
      return from_bits(rank, integer_power(rank, left, right));
  }
}

double float_arithmetic(ast::Op op, double left, double right) {
  switch (op) {
    case ast::Op::add:
      return left + right;
    case ast::Op::subtract:
      return left - right;
    case ast::Op::multiply:
      return left * right;
    case ast::Op::divide:
      return left / right;
    case ast::Op::modulo:
      return std::fmod(left, right);
    default:
      ENSURE(op == ast::Op::power);
      return std::pow(left, right);
  }
}

template <class T>
bool compare_as(ast::Op op, T left, T right) {
  switch (op) {
    case ast::Op::equal:
      return left == right;
    case ast::Op::not_equal:
      return left != right;
    case ast::Op::less:
      return left < right;
    case ast::Op::less_equal:
      return left <= right;
    case ast::Op::greater:
      return left > right;
    default:
      ENSURE(op == ast::Op::greater_equal);
      return left >= right;
  }
}

}  // namespace

base::Result<Number> parse_number(std::string_view spelling) {
  if (spelling.find_first_of(".eE") == std::string_view::npos) {
    const bool octal = spelling.size() > 1 && spelling.front() == '0';
    int64_t i = 0;
    if (read_integer(spelling, octal ? 8 : 10, i)) return Number::of(i);
    uint64_t u = 0;
    if (read_integer(spelling, octal ? 8 : 10, u)) return Number::of(u);
  }
  const auto value = parse_double(spelling);
  if (!value) return tl::unexpected(value.error());
  return Number::of(*value);
}

base::Result<double> parse_double(std::string_view spelling) {
  double value = 0;
  const char* end = spelling.data() + spelling.size();
  const auto [stop, error] = std::from_chars(spelling.data(), end, value);
  if (error == std::errc() && stop == end) return value;
  if (error == std::errc::result_out_of_range && stop == end) {
    // from_chars does not tell too large from too small.
    value = std::strtod(std::string(spelling).c_str(), nullptr);
    if (std::isfinite(value)) return value;
    return base::fail("parsing \"{}\": value out of range", spelling);
  }
  return base::fail("parsing \"{}\": invalid syntax", spelling);
}

bool is_zero(const Number& number) {
  return number.rank == Rank::floating ? number.f == 0 : bits(number) == 0;
}

double to_double(const Number& number) {
  switch (number.rank) {
    case Rank::unsigned_int:
      return static_cast<double>(number.u);
    case Rank::signed_int:
      return static_cast<double>(number.i);
    case Rank::floating:
      break;
  }
  return number.f;
}

int64_t to_int64(const Number& number) {
  constexpr auto kMax = std::numeric_limits<int64_t>::max();
  if (number.rank == Rank::signed_int) return number.i;
  if (number.rank == Rank::unsigned_int)
    return number.u > static_cast<uint64_t>(kMax) ? kMax : static_cast<int64_t>(number.u);
  if (std::isnan(number.f)) return 0;
  if (number.f >= 0x1p63) return kMax;
  if (number.f < -0x1p63) return std::numeric_limits<int64_t>::min();
  return static_cast<int64_t>(number.f);
}

Number negate(const Number& number) {
  if (number.rank == Rank::floating) return Number::of(-number.f);
  return from_bits(Rank::signed_int, -bits(number));
}

Number arithmetic(ast::Op op, const Number& left, const Number& right) {
  const Rank rank = common_rank(left, right);
  if (rank == Rank::floating)
    return Number::of(float_arithmetic(op, to_double(left), to_double(right)));
  return integer_arithmetic(op, rank, bits(left), bits(right));
}

bool compare(ast::Op op, const Number& left, const Number& right) {
  switch (common_rank(left, right)) {
    case Rank::unsigned_int:
      return compare_as(op, bits(left), bits(right));
    case Rank::signed_int:
      return compare_as(op, static_cast<int64_t>(bits(left)), static_cast<int64_t>(bits(right)));
    case Rank::floating:
      break;
  }
  return compare_as(op, to_double(left), to_double(right));
}

}  // namespace river
