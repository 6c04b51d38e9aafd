#include "compiler/migrate/verify/countable.h"

#include <doctest/doctest.h>

using namespace compiler::migrate;
using namespace compiler::migrate::verify;

TEST_CASE("countable: queries for lines in an expression") {
  struct Case {
    std::string_view in;
    std::vector<LineQuery> want;
  };
  const Case cases[] = {
      {R"({job="a"})", {{R"({job="a"})", R"({job="a"})"}}},
      {R"(sum by (x) (rate({job="a"} |= "e" [5m] offset 1h)) > 1)",
       {{R"({job="a"})", R"({job="a"} |= "e")"}}},
      {R"(rate({job="a"}[5m]) / rate({job="a"} [1m]))", {{R"({job="a"})", R"({job="a"})"}}},
      {R"(rate({job="a"}[5m]) or rate({service="a"}[5m]))",
       {{R"({job="a"})", R"({job="a"})"}, {R"({service="a"})", R"({service="a"})"}}},
      {R"(sum_over_time({a="b"} | json | unwrap x | y="z" [5m]))",
       {{R"({a="b"})", R"({a="b"} | json)"}}},
      {R"({job="$job"})", {{R"({job=~".+"})", R"({job=~".+"})"}}},
      {R"q({job="a.$x-b", c=~"(${d}|e.*)"})q",
       {{R"q({job=~`a\..+\-b`, c=~"(.+|e.*)"})q", R"q({job=~`a\..+\-b`, c=~"(.+|e.*)"})q"}}},
      {R"(rate({a="b"}[$__interval]))", {{R"({a="b"})", R"({a="b"})"}}},
  };
  for (const auto& c : cases) {
    CAPTURE(c.in);
    const Countable got = countable(c.in);
    CHECK(got.refused == "");
    REQUIRE(got.queries.size() == c.want.size());
    for (size_t i = 0; i < c.want.size(); ++i) {
      CHECK(got.queries[i].selector == c.want[i].selector);
      CHECK(got.queries[i].query == c.want[i].query);
    }
  }
  CHECK(countable(R"({a="$x", b=~"$x|${y}"})").assumed ==
        std::vector<std::string>{"$x is assumed to be .+", "${y} is assumed to be .+"});
}

TEST_CASE("countable: what cannot be asked is refused with the reason") {
  struct Case {
    std::string_view in, want;
  };
  const Case cases[] = {
      {R"({job!="$job"})",
       "$job is used in a negative matcher, where no single value can replace it"},
      {R"({job!~"$job"})",
       "$job is used in a negative matcher, where no single value can replace it"},
      {R"({$job="x"})", "$job stands for a label's name"},
      {R"({job="a"} |= "$q")", "$q is used in a filter, where no single value can replace it"},
      {R"({job="a"} | json | level=~"$l")",
       "$l is used in a filter, where no single value can replace it"},
      {R"(vector(1))", "it asks for no lines"},
      {R"($query)", "$query stands for a whole expression"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.in);
    CHECK(countable(c.in).refused == c.want);
    CHECK(countable(c.in).queries.empty());
  }
  CHECK(countable("{job=").refused.starts_with("it is not LogQL: "));
}
