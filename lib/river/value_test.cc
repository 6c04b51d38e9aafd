#include "river/value.h"

#include <doctest/doctest.h>

#include <limits>

#include "river/text.h"

using namespace river;

TEST_CASE("value: numbers as text never use an exponent") {
  struct Case {
    Number in;
    std::string_view want;
  };
  const double infinity = std::numeric_limits<double>::infinity();
  for (const auto& c : {
           Case{Number::of(int64_t{-42}), "-42"},
           Case{Number::of(std::numeric_limits<uint64_t>::max()), "18446744073709551615"},
           Case{Number::of(3.0), "3"},
           Case{Number::of(0.1), "0.1"},
           Case{Number::of(-0.0), "-0"},
           Case{Number::of(12.625), "12.625"},
           Case{Number::of(1.5e-7), "0.00000015"},
           Case{Number::of(1e21), "1000000000000000000000"},
           Case{Number::of(1e23), "100000000000000000000000"},
           Case{Number::of(infinity), "+Inf"},
           Case{Number::of(-infinity), "-Inf"},
           Case{Number::of(std::numeric_limits<double>::quiet_NaN()), "NaN"},
       })
    CHECK(number_to_text(c.in) == c.want);
}

TEST_CASE("value: quoting follows Go's %q") {
  struct Case {
    std::string_view in, want;
  };
  for (const auto& c : {
           Case{"", R"("")"},
           Case{"a\"b\\", R"("a\"b\\")"},
           Case{"\a\b\f\n\r\t\v", R"("\a\b\f\n\r\t\v")"},
           Case{"\x01\x7f", R"("\x01\x7f")"},
           Case{"é世😀", R"("é世😀")"},
           Case{"\xff\xc3", R"("\xff\xc3")"},
           Case{"\u00a0\u200b\ufeff", R"("\u00a0\u200b\ufeff")"},
           Case{"\U000e0001", R"("\U000e0001")"},
           Case{std::string_view("\0", 1), R"("\x00")"},
       })
    CHECK(quote(c.in) == c.want);
}

TEST_CASE("value: string tokens are decoded") {
  struct Case {
    std::string_view in, want;
  };
  for (const auto& c : {
           Case{R"("")", ""},
           Case{R"("a\tb\\\"")", "a\tb\\\""},
           Case{R"("\101\x62\u00e9\U0001F600")", "Abé😀"},
           Case{R"("\xff\377")", "\xff\xff"},
           Case{"`a\\n\r\nb\r`", "a\\n\nb"},
           Case{"\"", ""},
           Case{"\"ab\\", "ab"},
           Case{"\"\\x4", "x4"},
       })
    CHECK(unquote(c.in) == c.want);
}

TEST_CASE("value: text of composite values") {
  const Value value = Value::object({{"b", Value::array({Value::number(int64_t{1}), Value()})},
                                     {"a b", Value::object({})},
                                     {"true", Value::object({{"x", Value::boolean(true)}})},
                                     {"s", Value::secret({base::Secret("hidden")})},
                                     {"c", Value::capsule({"LogsReceiver", nullptr})}});
  CHECK(to_text(value) ==
        "{\n\tb = [1, null],\n\t\"a b\" = {},\n\t\"true\" = {\n\t\tx = true,\n\t},\n"
        "\ts = (secret),\n\tc = capsule(\"LogsReceiver\"),\n}");
}

TEST_CASE("value: the last of several equal keys wins") {
  const Value value = Value::object({{"a", Value::number(int64_t{1})},
                                     {"b", Value::number(int64_t{2})},
                                     {"a", Value::number(int64_t{3})}});
  REQUIRE(value.as_object()->size() == 2);
  CHECK(*value.field("a") == Value::number(int64_t{3}));
  CHECK(value.field("c") == nullptr);
}

TEST_CASE("value: equality") {
  const auto one = Value::number(int64_t{1});
  const auto pointer = std::make_shared<int>(1);
  const auto ints = [](int64_t a, int64_t b) {
    return Value::array({Value::number(a), Value::number(b)});
  };
  CHECK(Value() == Value());
  CHECK(one == Value::number(1.0));
  CHECK_FALSE(one == Value::string("1"));
  CHECK(ints(1, 2) == ints(1, 2));
  CHECK_FALSE(ints(1, 2) == ints(2, 1));
  CHECK(Value::object({{"a", one}, {"b", Value()}}) == Value::object({{"b", Value()}, {"a", one}}));
  CHECK_FALSE(Value::object({{"a", Value()}}) == Value::object({}));
  CHECK_FALSE(Value::object({{"a", one}}) == Value::object({{"b", one}}));
  CHECK(Value::capsule({"X", pointer}) == Value::capsule({"X", pointer}));
  CHECK_FALSE(Value::capsule({"X", pointer}) == Value::capsule({"X", std::make_shared<int>(1)}));
  CHECK_FALSE(Value::unknown() == Value::unknown());
}

TEST_CASE("value: kinds") {
  CHECK(kind_name(Value().kind()) == "null");
  CHECK(kind_name(Value::boolean(true).kind()) == "bool");
  CHECK(kind_name(Value::secret({base::Secret("x")}).kind()) == "capsule");
  CHECK(kind_name(Value::unknown(&kStringType).kind()) == "string");
  CHECK(Value::array({Value::object({{"a", Value::unknown()}})}).has_unknown());
  CHECK_FALSE(Value::array({Value::string("a")}).has_unknown());
}
