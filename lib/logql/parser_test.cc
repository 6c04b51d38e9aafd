#include "logql/parser.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "logql/printer.h"

using logql::LogQuery;
using logql::parse;

namespace {

std::string_view cut(std::string_view query, logql::Span span) {
  return query.substr(span.begin, span.end - span.begin);
}

std::string repeat(std::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

const LogQuery& log_query(const logql::Parsed& parsed) {
  return std::get<LogQuery>(parsed.expr->what);
}

}  // namespace

TEST_CASE("parser: the place of a matcher, its name and its value with the quotes") {
  const std::string_view query = R"( { a="b" , job=~`k\d`, c!=$v } |= "x")";
  const auto parsed = parse(query);
  REQUIRE(parsed.ok());
  const auto& selector = log_query(parsed).selector;
  CHECK(cut(query, selector.span) == R"({ a="b" , job=~`k\d`, c!=$v })");
  REQUIRE(selector.matchers.size() == 3);
  struct Case {
    std::string_view whole, name, value;
  };
  const std::vector<Case> cases = {
      {R"(a="b")", "a", R"("b")"}, {R"(job=~`k\d`)", "job", R"(`k\d`)"}, {"c!=$v", "c", "$v"}};
  for (size_t i = 0; i < cases.size(); ++i) {
    const auto& matcher = selector.matchers[i];
    CHECK(cut(query, matcher.span) == cases[i].whole);
    CHECK(cut(query, matcher.name.span) == cases[i].name);
    CHECK(cut(query, matcher.value.span) == cases[i].value);
  }
}

TEST_CASE("parser: the places of stages") {
  const std::string_view query =
      R"({a="b"} |= "x" or "y" | json s="t" | (l="e" or n > 5) $f | line_format `{{.m}}` # end)";
  const auto parsed = parse(query);
  REQUIRE(parsed.ok());
  std::vector<std::string_view> places;
  for (const auto& stage : log_query(parsed).stages) places.push_back(cut(query, stage.span));
  const std::vector<std::string_view> wanted = {R"(|= "x" or "y")", R"(| json s="t")",
                                                R"(| (l="e" or n > 5))", "$f",
                                                "| line_format `{{.m}}`"};
  CHECK(places == wanted);
  CHECK(cut(query, parsed.expr->span) == query.substr(0, query.size() - 6));
}

TEST_CASE("parser: the places of an aggregation's parts") {
  const std::string_view query = R"(1 + sum by (job, $l) (rate({a="b"} [5m] offset -1h)) > 5)";
  const auto parsed = parse(query);
  REQUIRE(parsed.ok());
  const auto& compare = std::get<logql::Binary>(parsed.expr->what);
  const auto& plus = std::get<logql::Binary>(compare.left->what);
  CHECK(cut(query, compare.left->span) == query.substr(0, query.size() - 4));
  const auto& sum = std::get<logql::VectorAggregation>(plus.right->what);
  CHECK(cut(query, plus.right->span) == query.substr(4, query.size() - 8));
  REQUIRE(sum.grouping.has_value());
  CHECK(cut(query, sum.grouping->span) == "by (job, $l)");
  CHECK(cut(query, sum.grouping->labels.at(1).span) == "$l");
  const auto& rate = std::get<logql::RangeAggregation>(sum.operand->what);
  CHECK(cut(query, rate.query.selector.span) == R"({a="b"})");
  CHECK(cut(query, rate.range.span) == "5m");
  REQUIRE(rate.offset.has_value());
  CHECK(cut(query, rate.offset->span) == "-1h");
  CHECK(rate.offset->value == "-1h");
}

TEST_CASE("parser: a variable is found in the query and in the value") {
  const std::string_view query = R"({a="\t$x\"${y:regex}", b="[[z]]"})";
  const auto parsed = parse(query);
  REQUIRE(parsed.ok());
  const auto& matchers = log_query(parsed).selector.matchers;
  CHECK(matchers.at(0).value.value == "\t$x\"${y:regex}");
  for (const auto& matcher : matchers) {
    for (const auto& variable : matcher.value.variables) {
      CHECK(cut(query, variable.span) == variable.written);
      CHECK(matcher.value.value.substr(variable.in_value, variable.written.size()) ==
            variable.written);
    }
  }
  CHECK(matchers.at(0).value.variables.size() == 2);
  CHECK(matchers.at(0).value.variables.at(1).name == "y");
  CHECK(matchers.at(0).value.variables.at(1).format == "regex");
  CHECK(matchers.at(1).value.variables.size() == 1);
}

TEST_CASE("parser: nesting has a bound, and so has the number of operators") {
  struct Case {
    std::string query, error;
  };
  const std::string_view deep = "nested deeper than 200 levels";
  const std::string_view many = "more than 1000 operators in one query";
  for (const auto& [query, error] :
       {Case{repeat("(", 50) + "1" + repeat(")", 50), ""},
        Case{repeat("(", 100'000), std::string(deep)},
        Case{repeat("sum(", 100'000), std::string(deep)},
        Case{"rate(" + repeat("(", 100'000), std::string(deep)},
        Case{"{a=\"b\"} | " + repeat("(", 100'000), std::string(deep)},
        Case{repeat("1 ^ ", 100'000) + "1", std::string(deep)}, Case{repeat("1 + ", 900) + "1", ""},
        Case{repeat("1 + ", 100'000) + "1", std::string(many)},
        Case{"{a=\"b\"} | " + repeat("a=\"1\" and ", 100'000) + "a=\"1\"", std::string(many)},
        Case{"{a=\"b\"} | " + repeat("a=\"1\", ", 100'000) + "a=\"1\"", std::string(deep)}}) {
    const std::string start = query.substr(0, 40);
    const std::string wanted = error;
    CAPTURE(start);
    const auto parsed = parse(query);
    CHECK(parsed.ok() == wanted.empty());
    CHECK((parsed.ok() ? "" : parsed.errors.at(0).message) == wanted);
  }
}

TEST_CASE("parser: long texts cost what they are long") {
  const std::string value = repeat("x$v[[w]]\\\\", 100'000);
  const auto parsed = parse(fmt::format("{{a=\"{}\"}}", value));
  REQUIRE(parsed.ok());
  CHECK(log_query(parsed).selector.matchers.at(0).value.variables.size() == 200'000);
  CHECK(parse("{a=\"b\"}" + repeat(" |= \"x\"", 100'000)).ok());
  CHECK(parse("{a=\"b\"" + repeat(", a=\"b\"", 100'000) + "}").ok());
  CHECK_FALSE(parse(repeat("$x", 100'000) + repeat("{", 1000)).ok());
}

TEST_CASE("parser: bare selectors") {
  struct Case {
    std::string_view text, want;
  };
  for (const auto& [text, want] :
       {Case{R"({job="kairos", host=~"$host"})", R"({job="kairos", host=~"$host"})"},
        Case{"{}", "{}"}, Case{" { $matchers } ", "{$matchers}"}, Case{"$stream", "$stream"},
        Case{R"({job="a"} |= "x")", "10-12: expected the end after the selector, found |="},
        Case{"", "0-0: expected { to begin a stream selector, found the end of the query"},
        Case{"job", "0-3: expected { to begin a stream selector, found job"}}) {
    const std::string_view input = text;
    CAPTURE(input);
    const auto parsed = logql::parse_selector(input);
    const auto got = parsed.ok() ? logql::print(parsed.selector)
                                 : fmt::format("{}-{}: {}", parsed.errors[0].span.begin,
                                               parsed.errors[0].span.end, parsed.errors[0].message);
    CHECK(got == want);
  }
}

TEST_CASE("printer: trees made by hand") {
  logql::Selector selector;
  selector.matchers.push_back({{"job", {}, {}}, logql::MatchOp::regex, {"a|b", {}, {}}, {}});
  CHECK(logql::print(selector) == R"({job=~"a|b"})");
  LogQuery query{selector, {}, {}};
  query.stages.push_back(
      {logql::LineFilter{logql::LineOp::contains, {{{"x\"y", {}, {}}, false}}}, {}});
  logql::LabelFilter filter;
  filter.name.value = "level";
  filter.value.value = "error";
  query.stages.push_back({filter, {}});
  CHECK(logql::print(logql::Expr{std::move(query), {}}) ==
        R"({job=~"a|b"} |= `x"y` | level="error")");
}
