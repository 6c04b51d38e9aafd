#include <doctest/doctest.h>
#include <fmt/format.h>
#include <re2/re2.h>

#include "river/schema/text.h"

using river::schema::compile_regex;

TEST_CASE("regex: one program a text, for as long as it is in use") {
  const auto first = compile_regex("a+");
  CHECK(first == compile_regex("a+"));
  CHECK(first != compile_regex("a*"));
  CHECK_FALSE(compile_regex("(")->ok());
}

TEST_CASE("regex: groups named as Go has it since 1.22") {
  struct Case {
    std::string_view pattern, text, name;
  };
  for (const Case& c :
       {Case{"(?<level>[a-z]+)", "warn", "level"}, Case{"((?<in>x)|[(?<])+", "x(?<x", "in"},
        Case{"[](][^](](?<n>a)", "(xa", "n"}, Case{"\\(?<\\(\\?(?<n>a)", "<(?a", "n"},
        Case{"\\Q(?<x>\\E(?<n>a)", "(?<x>a", "n"}, Case{"(?P<n>a)", "a", "n"}}) {
    CAPTURE(c.pattern);
    const auto regex = compile_regex(std::string(c.pattern));
    REQUIRE_MESSAGE(regex->ok(), regex->error());
    CHECK(RE2::FullMatch({c.text.data(), c.text.size()}, *regex));
    CHECK(regex->NamedCapturingGroups().contains(std::string(c.name)));
  }
  CHECK_FALSE(compile_regex("(?<=a)b")->ok());  // Looking behind is not of Go's dialect.
  CHECK_FALSE(compile_regex("(?<!a)b")->ok());
  CHECK_FALSE(compile_regex("\\Q(?<x>")->NamedCapturingGroups().contains("x"));
}

TEST_CASE("regex: any number of texts") {
  const auto kept = compile_regex("kept");
  for (int i = 0; i < 1000; ++i)
    CHECK(RE2::FullMatch(fmt::format("x{}", i), *compile_regex(fmt::format("x{}", i))));
  CHECK(RE2::FullMatch("kept", *kept));
}
