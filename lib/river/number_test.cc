#include "river/number.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>

using namespace river;
using ast::Op;
using Rank = Number::Rank;

namespace {

__extension__ using Wide = __int128;
__extension__ using Unsigned = unsigned __int128;

constexpr int64_t kMin = std::numeric_limits<int64_t>::min();

std::string describe(const Number& n) {
  constexpr const char* kRanks[] = {"uint ", "int ", "float "};
  return kRanks[static_cast<size_t>(n.rank)] + number_to_text(n);
}

// A result modulo 2^64, the way an integer of that rank shows it.
Number wrapped(Rank rank, Wide exact) {
  const auto bits = static_cast<uint64_t>(exact);
  return rank == Rank::signed_int ? Number::of(static_cast<int64_t>(bits)) : Number::of(bits);
}

}  // namespace

TEST_CASE("number: spellings") {
  struct Case {
    std::string_view in, want;
  };
  for (const auto& c : {
           Case{"0", "int 0"},
           Case{"010", "int 8"},
           Case{"08", "float 8"},
           Case{"9223372036854775807", "int 9223372036854775807"},
           Case{"9223372036854775808", "uint 9223372036854775808"},
           Case{"18446744073709551615", "uint 18446744073709551615"},
           Case{"18446744073709551616", "float 18446744073709552000"},
           Case{"5.", "float 5"},
           Case{".5", "float 0.5"},
           Case{"1.e3", "float 1000"},
           Case{"1e+2", "float 100"},
           Case{"1e-400", "float 0"},
       }) {
    CAPTURE(c.in);
    const auto number = parse_number(c.in);
    REQUIRE(number.has_value());
    CHECK(describe(*number) == c.want);
  }
  CHECK(parse_number("1e999").error().message == "parsing \"1e999\": value out of range");
}

TEST_CASE("number: arithmetic") {
  struct Case {
    Op op;
    Number left, right;
    std::string_view want;
  };
  const auto i = [](int64_t v) { return Number::of(v); };
  const auto u = [](uint64_t v) { return Number::of(v); };
  const auto f = [](double v) { return Number::of(v); };
  for (const auto& c : {
           Case{Op::divide, i(7), i(2), "int 3"},
           Case{Op::divide, i(-7), i(2), "int -3"},
           Case{Op::divide, i(kMin), i(-1), "int -9223372036854775808"},
           Case{Op::modulo, i(kMin), i(-1), "int 0"},
           Case{Op::modulo, i(-7), i(3), "int -1"},
           Case{Op::modulo, f(-7.5), i(2), "float -1.5"},
           Case{Op::add, u(~uint64_t{0}), u(1), "uint 0"},
           Case{Op::add, u(~uint64_t{0}), i(1), "int 0"},
           Case{Op::power, i(2), i(10), "int 1024"},
           Case{Op::power, i(2), i(64), "int 0"},
           Case{Op::power, i(-3), i(3), "int -27"},
           Case{Op::power, i(2), i(-1), "int 2"},
           Case{Op::power, i(0), i(0), "int 1"},
           Case{Op::power, i(0), i(-1), "int 0"},
           Case{Op::power, i(1), i(kMin), "int 1"},
           Case{Op::power, f(2), i(-1), "float 0.5"},
           Case{Op::power, i(3), i(std::numeric_limits<int64_t>::max()),
                "int -6148914691236517205"},
       }) {
    CAPTURE(describe(c.left));
    CAPTURE(describe(c.right));
    CHECK(describe(arithmetic(c.op, c.left, c.right)) == c.want);
  }
  CHECK(describe(negate(u(9223372036854775808U))) == "int -9223372036854775808");
  CHECK(describe(negate(f(0))) == "float -0");
}

TEST_CASE("number: comparison takes the higher rank") {
  const auto big = Number::of(~uint64_t{0});
  CHECK(compare(Op::equal, big, Number::of(int64_t{-1})));
  CHECK(compare(Op::less, big, Number::of(int64_t{1})));
  CHECK(compare(Op::equal, Number::of(int64_t{9007199254740993}), Number::of(9007199254740992.0)));
  CHECK(compare(Op::greater_equal, Number::of(1.5), Number::of(int64_t{1})));
  CHECK_FALSE(compare(Op::equal, Number::of(std::nan("")), Number::of(std::nan(""))));
}

TEST_CASE("number: integers as floats are cut to what fits") {
  CHECK(to_int64(Number::of(-1.9)) == -1);
  CHECK(to_int64(Number::of(1e300)) == std::numeric_limits<int64_t>::max());
  CHECK(to_int64(Number::of(-1e300)) == kMin);
  CHECK(to_int64(Number::of(std::nan(""))) == 0);
  CHECK(to_int64(Number::of(~uint64_t{0})) == std::numeric_limits<int64_t>::max());
}

TEST_CASE("number: integer arithmetic is exact arithmetic modulo 2^64") {
  const uint64_t seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  constexpr uint64_t kCorners[] = {0, 1, 2, ~uint64_t{0}, uint64_t{1} << 63, ~uint64_t{0} >> 1};
  const auto pick = [&] {
    const uint64_t bits = random() % 4 == 0 ? kCorners[random() % 6] : random() >> random() % 64;
    return random() % 2 == 0 ? Number::of(bits) : Number::of(static_cast<int64_t>(bits));
  };
  for (int round = 0; round < 20000; ++round) {
    const Number left = pick();
    const Number right = pick();
    const Rank rank = std::max(left.rank, right.rank);
    const auto exact = [&](const Number& n) {
      return rank == Rank::signed_int ? static_cast<Wide>(n.i) : static_cast<Wide>(n.u);
    };
    const Wide l = exact(left);
    const Wide r = exact(right);
    CAPTURE(describe(left));
    CAPTURE(describe(right));
    const auto check = [&](Op op, Wide want) {
      REQUIRE(describe(arithmetic(op, left, right)) == describe(wrapped(rank, want)));
    };
    check(Op::add, l + r);
    check(Op::subtract, l - r);
    check(Op::multiply, static_cast<Wide>(static_cast<Unsigned>(l) * static_cast<Unsigned>(r)));
    if (r != 0) check(Op::divide, l / r);
    if (r != 0) check(Op::modulo, l % r);
    REQUIRE(compare(Op::less, left, right) == (l < r));
    REQUIRE(compare(Op::equal, left, right) == (l == r));
  }
}
