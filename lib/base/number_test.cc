#include "base/number.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

namespace base {

TEST_CASE("number: texts are read as Go reads them") {
  struct Case {
    std::string_view text;
    std::optional<double> value;
  };
  constexpr double kInf = std::numeric_limits<double>::infinity();
  constexpr Case kCases[] = {
      {"0", 0.0},
      {"1", 1.0},
      {"+1.5", 1.5},
      {"-1.5e3", -1500.0},
      {".5", 0.5},
      {"5.", 5.0},
      {"1e-400", 0.0},
      {"4.9e-324", 4.9e-324},
      {"1.7976931348623157e308", 1.7976931348623157e308},
      {"inf", kInf},
      {"+Inf", kInf},
      {"-INFINITY", -kInf},
      {"1e400", std::nullopt},
      {"-1e400", std::nullopt},
      {"", std::nullopt},
      {"+", std::nullopt},
      {".", std::nullopt},
      {"+-1", std::nullopt},
      {"1_0", std::nullopt},
      {"0x1p4", std::nullopt},
      {"0x1", std::nullopt},
      {"1 ", std::nullopt},
      {" 1", std::nullopt},
      {"1e", std::nullopt},
      {"+NaN", std::nullopt},
      {"-nan", std::nullopt},
      {"nan(1)", std::nullopt},
      {"infinit", std::nullopt},
      {"1,5", std::nullopt},
  };
  for (const Case& c : kCases) {
    CAPTURE(c.text);
    CHECK(parse_float(c.text) == c.value);
  }
  for (const std::string_view text : {"NaN", "nan", "NAN"}) CHECK(std::isnan(*parse_float(text)));
  CHECK(std::signbit(*parse_float("-0")));
}

TEST_CASE("number: what is written has the fewest digits, and an exponent as in Go") {
  struct Case {
    double value;
    std::string_view text;
  };
  constexpr Case kCases[] = {
      {0, "0"},
      {-0.0, "-0"},
      {1, "1"},
      {-1.5, "-1.5"},
      {0.1, "0.1"},
      {100000, "100000"},
      {999999.99, "999999.99"},
      {999999.9999999999, "999999.9999999999"},
      {1e6, "1e+06"},
      {1795811897, "1.795811897e+09"},
      {0.0001, "0.0001"},
      {0.00001, "1e-05"},
      {1e21, "1e+21"},
      {1e100, "1e+100"},
      {4.9e-324, "5e-324"},
      {123456.789, "123456.789"},
      {std::numeric_limits<double>::infinity(), "+Inf"},
      {-std::numeric_limits<double>::infinity(), "-Inf"},
      {std::numeric_limits<double>::quiet_NaN(), "NaN"},
  };
  for (const Case& c : kCases) {
    std::string out = "x ";
    append_float(out, c.value);
    CHECK(out == "x " + std::string(c.text));
  }
}

TEST_CASE("number: a count and its noun agree") {
  CHECK(counted(0, "entry", "entries") == "0 entries");
  CHECK(counted(1, "entry", "entries") == "1 entry");
  CHECK(counted(2, "entry", "entries") == "2 entries");
}

}  // namespace base
