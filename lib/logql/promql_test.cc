#include "logql/promql.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "logql/printer.h"

namespace {

std::string repeated(std::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

}  // namespace

TEST_CASE("promql: the places of names") {
  const std::string_view query = R"(sum by (job) (rate(jobs:errors{a="b", c=~'d'}[5m])) > 0)";
  const auto cut = [&](logql::Span span) {
    return query.substr(span.begin, span.end - span.begin);
  };
  const auto parsed = logql::promql::parse(query);
  REQUIRE(parsed.errors.empty());
  REQUIRE(parsed.selectors.size() == 1);
  const auto& selector = parsed.selectors[0];
  CHECK(cut(selector.span) == R"(jobs:errors{a="b", c=~'d'})");
  CHECK(cut(selector.name.span) == "jobs:errors");
  CHECK(cut(selector.matchers.at(1).span) == "c=~'d'");
  CHECK(cut(selector.matchers.at(1).value.span) == "'d'");
  REQUIRE(parsed.label_uses.size() == 1);
  CHECK(cut(parsed.label_uses[0].label.span) == "job");
}

TEST_CASE("promql: bounds") {
  struct Case {
    std::string query, error;
  };
  for (const auto& [query, error] :
       {Case{repeated("(", 100'000), "nested deeper than 200 levels"},
        Case{repeated("sum(", 100'000), "nested deeper than 200 levels"},
        Case{repeated("a ^ ", 100'000) + "a", "nested deeper than 200 levels"},
        Case{repeated("a + ", 100'000) + "a", "more than 1000 operators in one query"},
        Case{repeated("-", 100'000) + "a", ""}}) {
    const std::string start = query.substr(0, 40);
    const std::string wanted = error;
    CAPTURE(start);
    const auto parsed = logql::promql::parse(query);
    CHECK((parsed.errors.empty() ? "" : parsed.errors[0].message) == wanted);
    CHECK((wanted.empty() || parsed.selectors.empty()));
  }
}
