#include <doctest/doctest.h>

#include "components/shared/rule/signature.h"
#include "river/parser.h"
#include "river/schema/decode.h"

namespace {

struct Body {
  std::vector<components::RuleArguments> rule;
};
constexpr river::schema::Field kFields[] = {river::schema::block<&Body::rule>(
    "rule", river::schema::Need::optional, "A rule.", components::kRule)};
constexpr river::schema::BlockSchema kBody = river::schema::schema_of(kFields);

telemetry::relabel::Rules rules(std::string text) {
  river::diag::SourceMap sources;
  river::diag::Diagnostics diagnostics;
  const auto tree = river::parse(sources.add("t", std::move(text)), diagnostics);
  Body body;
  river::schema::decode_body(
      tree->body, {}, kBody, &body, [](std::string_view) { return nullptr; }, diagnostics);
  REQUIRE(diagnostics.empty());
  return components::to_rules(body.rule);
}

}  // namespace

TEST_CASE("rule: what is written is what is applied") {
  const auto applied = rules(R"(
rule {
  source_labels = ["unit"]
  regex         = `(.+)\.service`
  target_label  = "service"
}
rule {
  source_labels = ["unit", "host"]
  separator     = "@"
  target_label  = "where"
}
rule {
  action = "labeldrop"
  regex  = "__.*"
}
)");
  REQUIRE(applied.size() == 3);
  telemetry::LabelsBuilder labels(
      telemetry::Labels({{"unit", "nginx.service"}, {"host", "puck"}, {"__internal", "x"}}));
  CHECK(telemetry::relabel::apply(applied, labels));
  CHECK(labels.get("service") == "nginx");
  CHECK(labels.get("where") == "nginx.service@puck");
  CHECK(labels.get("__internal").empty());
}

TEST_CASE("rule: a rule without regex takes everything, an empty regex only the empty text") {
  const auto lines = [](std::string regex) {
    return "rule {\n  source_labels = [\"a\"]\n  target_label = \"b\"\n" + regex +
           "  replacement = \"hit\"\n}\n";
  };
  struct Case {
    const char *regex, *a, *b;
  };
  for (const Case& c : {Case{"", "x", "hit"}, Case{"", "x\ny", "hit"},
                        Case{"  regex = \"\"\n", "x", ""}, Case{"  regex = \"\"\n", "", "hit"}}) {
    CAPTURE(c.regex);
    CAPTURE(c.a);
    telemetry::LabelsBuilder labels(telemetry::Labels({{"a", c.a}}));
    telemetry::relabel::apply(rules(lines(c.regex)), labels);
    CHECK(labels.get("b") == c.b);
  }
}
