#include "compiler/migrate/impact/matchers.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace compiler::migrate::impact;

namespace {

std::string dump(std::string_view text) {
  const auto conditions = read_matchers(text);
  if (!conditions) return "none";
  std::string out;
  for (const PlacedCondition& one : *conditions) {
    const std::string_view ops[] = {"=", "!=", "=~", "!~"};
    const auto name = text.substr(one.name.begin, one.name.end - one.name.begin);
    CHECK(name == one.condition.name);
    out += fmt::format("[{} {} {}]", name, ops[static_cast<size_t>(one.condition.op)],
                       one.condition.value);
  }
  return out;
}

TEST_CASE("matchers: as Alertmanager reads them") {
  struct Case {
    std::string_view in, want;
  };
  for (const auto& c : {
           Case{R"(job="kairos")", "[job = kairos]"},
           Case{"job = kairos ", "[job = kairos]"},
           Case{R"({job="kairos",severity!="page",})", "[job = kairos][severity != page]"},
           Case{R"( { a=~"x|y" , b!~z } )", "[a =~ x|y][b !~ z]"},
           Case{R"(service=~"kairos\\.web")", R"([service =~ kairos\.web])"},
           Case{R"(service=~"kairos\.web")", R"([service =~ kairos\.web])"},
           Case{R"(service=~kairos\.web)", R"([service =~ kairos\.web])"},
           Case{R"(a="say \"hi\", please",b="\\d")", R"([a = say "hi", please][b = \d])"},
           Case{R"(a="one\ntwo")", "[a = one\ntwo]"},
           Case{R"(a='x')", "[a = 'x']"},  // No quotes to Alertmanager.
           Case{"a=", "[a = ]"},
           Case{R"(a="")", "[a = ]"},
           Case{R"(a="\")", "none"},
           Case{R"({"service.name"="kairos"})", "[service.name = kairos]"},
           Case{"service.name=kairos", "[service.name = kairos]"},
           Case{"{}", ""},
           Case{"", ""},
           Case{R"(a="x)", "none"},
           Case{R"(a=x")", "none"},
           Case{R"(a="x"y)", "none"},
           Case{"a", "none"},
           Case{"{a=b", "none"},
           Case{"a=b,,c=d", "none"},
           Case{"=b", "none"},
       }) {
    CAPTURE(c.in);
    CHECK(dump(c.in) == c.want);
  }
}

}  // namespace
