#include "river/schema/regex.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <re2/re2.h>

using river::schema::compile_regex;

TEST_CASE("regex: one program a text, for as long as it is in use") {
  const auto first = compile_regex("a+");
  CHECK(first == compile_regex("a+"));
  CHECK(first != compile_regex("a*"));
  CHECK_FALSE(compile_regex("(")->ok());
}

TEST_CASE("regex: any number of texts") {
  const auto kept = compile_regex("kept");
  for (int i = 0; i < 1000; ++i)
    CHECK(RE2::FullMatch(fmt::format("x{}", i), *compile_regex(fmt::format("x{}", i))));
  CHECK(RE2::FullMatch("kept", *kept));
}
