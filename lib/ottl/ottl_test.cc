#include <doctest/doctest.h>

#include "ottl/function.h"
#include "ottl/parser.h"
#include "ottl/run.h"
#include "telemetry/otlp/json.h"
#include "telemetry/otlp/schema.h"

namespace ottl {
namespace {

namespace otlp = telemetry::otlp;

/// A span with its resource and scope, as JSON, on which statements run.
class Bench {
 public:
  explicit Bench(std::string_view span_members) {
    const std::string json =
        R"({"resourceSpans":[{"resource":{"attributes":[{"key":"r","value":{"stringValue":"1"}}]},)"
        R"("scopeSpans":[{"scope":{"name":"lib"},"spans":[{)" +
        std::string(span_members) + "}]}]}]}";
    auto request = otlp::request_of_json(otlp::request_of(telemetry::Signal::traces), json);
    REQUIRE(request);
    slice_ = {std::move(*request), 1};
  }

  /// The members of the span after the statement; or "error: …".
  std::string after(std::string_view statement) {
    otlp::Document document(telemetry::Signal::traces, slice_);
    const auto parsed = parse_statement(statement, Context::span);
    if (!parsed) return "error: " + parsed.error().message;
    std::string error;
    each_target(document, Context::span, [&](const Target& target) {
      Run run(target);
      run.execute(*parsed);
      error = run.error();
    });
    if (!error.empty()) return "error: " + error;
    const std::string json =
        otlp::json_of(otlp::request_of(telemetry::Signal::traces), document.slice().bytes);
    const size_t begin = json.find("\"spans\":[{") + 10;
    std::string members = json.substr(begin, json.rfind("}]}]}]}") - begin);
    for (const std::string_view none : {",\"status\":{}", "\"status\":{}"})
      if (members.ends_with(none)) members.resize(members.size() - none.size());
    return members;
  }

  /// "true", "false" or "error: …".
  std::string test(std::string_view condition) {
    otlp::Document document(telemetry::Signal::traces, slice_);
    const auto parsed = parse_condition(condition, Context::span);
    if (!parsed) return "error: " + parsed.error().message;
    std::string answer;
    each_target(document, Context::span, [&](const Target& target) {
      Run run(target);
      answer = run.test(*parsed) ? "true" : "false";
      if (!run.error().empty()) answer = "error: " + run.error();
    });
    return answer;
  }

 private:
  telemetry::OtlpSlice slice_;
};

std::string attributes(std::string_view list) {
  return R"("attributes":[)" + std::string(list) + "]";
}
std::string text(std::string_view key, std::string_view value) {
  return R"({"key":")" + std::string(key) + R"(","value":{"stringValue":")" + std::string(value) +
         R"("}})";
}

}  // namespace

TEST_CASE("ottl: conditions") {
  Bench bench(R"("name":"GET /a","kind":2,"startTimeUnixNano":"5","traceId":)"
              R"("5b8efff798038103d269b633813fc60c","status":{"code":2},)" +
              attributes(text("k", "v") +
                         R"(,{"key":"n","value":{"intValue":"7"}},{"key":"m","value":)"
                         R"({"kvlistValue":{"values":[{"key":"l","value":{"arrayValue":{"values":)"
                         R"([{"doubleValue":0.5}]}}}]}}})"));
  struct Case {
    std::string_view condition, answer;
  };
  for (const Case& c : {
           Case{"true", "true"},
           Case{"not true or true and false", "false"},
           Case{"not (true and false)", "true"},
           Case{"name == \"GET /a\"", "true"},
           Case{"span.name != \"GET /a\"", "false"},
           Case{"kind == SPAN_KIND_SERVER", "true"},
           Case{"kind.string == \"Server\"", "true"},
           Case{"status.code == STATUS_CODE_ERROR and kind > 1", "true"},
           Case{"start_time_unix_nano >= 5.0", "true"},
           Case{"trace_id.string == \"5b8efff798038103d269b633813fc60c\"", "true"},
           Case{"trace_id == 0x5b8efff798038103d269b633813fc60c", "true"},
           Case{"attributes[\"k\"] == \"v\"", "true"},
           Case{"attributes[\"k\"] == 7", "false"},  // of different types
           Case{"attributes[\"k\"] < 7", "false"},
           Case{"attributes[\"none\"] == nil", "true"},
           Case{"attributes[\"n\"] + 1 == 2 * 4", "true"},
           Case{"attributes[\"n\"] - 1 / 2 == 7", "true"},
           Case{"attributes[\"n\"] / 2.0 == 3.5", "true"},
           Case{"-7 + attributes[\"n\"] == 0", "true"},
           Case{"attributes[\"m\"][\"l\"][0] == 0.5", "true"},
           Case{"attributes[\"m\"][\"l\"][1] == nil", "true"},
           Case{"resource.attributes[\"r\"] == \"1\"", "true"},
           Case{"scope.name == \"lib\" and instrumentation_scope.version == \"\"", "true"},
           Case{"IsMatch(name, \"^GET\")", "true"},
           Case{"IsMatch(attributes[\"n\"], \"^7$\")", "true"},
           Case{"IsMatch(attributes[\"none\"], \".*\")", "false"},
           Case{"IsMap(attributes[\"m\"]) and IsString(name) and not IsInt(name)", "true"},
           Case{"Len(attributes) == 3 and Len(name) == 6", "true"},
           Case{"Int(\"12\") == 12 and Int(\"x\") == nil and Double(\"1.5\") == 1.5", "true"},
           Case{"String(attributes[\"n\"]) == \"7\"", "true"},
           Case{"Split(\"a,b\", \",\")[1] == \"b\"", "true"},
           Case{"Concat([\"a\", attributes[\"n\"]], \"-\") == \"a-7\"", "true"},
           Case{"Substring(name, 0, 3) == \"GET\"", "true"},
           Case{"ConvertCase(\"fooBar\", \"snake\") == \"foo_bar\"", "true"},
           Case{"ConvertCase(\"foo_bar\", \"camel\") == \"FooBar\"", "true"},
           Case{"ParseJSON(\"{\\\"a\\\":[1,{\\\"b\\\":true}]}\")[\"a\"][1][\"b\"] == true", "true"},
           Case{"SHA256(\"x\") == "
                "\"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881\"",
                "true"},
           Case{"name", "error: the condition is not a bool"},
           Case{"name + 1 == 2", "error: cannot calculate with a string and an int"},
           Case{"1 / 0 == 1", "error: a division that has no result"},
           Case{"Substring(name, 5, 3) == \"x\"",
                "error: Substring: the part is not within the string"},
           Case{"ParseJSON(\"[\") == nil", "error: ParseJSON: expected a number, at the end"},
       }) {
    CAPTURE(c.condition);
    CHECK(bench.test(c.condition) == c.answer);
  }
}

TEST_CASE("ottl: editors") {
  const std::string k = text("k", "abc"), l = text("l", "abd");
  Bench bench(R"("name":"n",)" + attributes(k + "," + l));
  const auto with = [](const std::string& list) { return R"("name":"n",)" + attributes(list); };
  struct Case {
    std::string_view statement;
    std::string after;
  };
  for (const Case& c : {
           Case{"set(name, \"x\")", R"("name":"x",)" + attributes(k + "," + l)},
           Case{"set(name, \"x\") where name == \"y\"", with(k + "," + l)},
           Case{"set(name, nil)", with(k + "," + l)},
           Case{"set(attributes[\"k\"], 7)", with(R"({"key":"k","value":{"intValue":"7"}},)" + l)},
           Case{"set(attributes[\"n\"][\"a\"], true)",
                with(k + "," + l +
                     R"(,{"key":"n","value":{"kvlistValue":{"values":[{"key":"a","value":)"
                     R"({"boolValue":true}}]}}})")},
           Case{"set(attributes, {\"z\": \"1\"})", with(text("z", "1"))},
           Case{"set(status.code, STATUS_CODE_OK) where kind == 0",
                with(k + "," + l) + R"(,"status":{"code":1})"},
           Case{"set(kind, SPAN_KIND_CLIENT)", R"("name":"n","kind":3,)" + attributes(k + "," + l)},
           Case{"set(span_id.string, \"eee19b7ec3c1b174\")",
                R"("spanId":"eee19b7ec3c1b174",)" + with(k + "," + l)},
           Case{"delete_key(attributes, \"k\")", with(l)},
           Case{"delete_key(attributes, \"none\")", with(k + "," + l)},
           Case{"delete_matching_keys(attributes, \"^k\")", with(l)},
           Case{"keep_keys(attributes, [\"k\", \"x\"])", with(k)},
           Case{"keep_matching_keys(attributes, \"l\")", with(l)},
           Case{"replace_pattern(attributes[\"k\"], \"(b)(c)\", \"$2-${1}\")",
                with(text("k", "ac-b") + "," + l)},
           Case{"replace_pattern(attributes[\"k\"], \"x*\", \"-\")",
                with(text("k", "-a-b-c-") + "," + l)},
           Case{"replace_match(attributes[\"k\"], \"a*\", \"x\")", with(text("k", "x") + "," + l)},
           Case{"replace_match(attributes[\"k\"], \"b*\", \"x\")", with(k + "," + l)},
           Case{"replace_all_patterns(attributes, \"value\", \"ab\", \"x\")",
                with(text("k", "xc") + "," + text("l", "xd"))},
           Case{"replace_all_patterns(attributes, \"key\", \"k\", \"kk\")",
                with(text("kk", "abc") + "," + l)},
           Case{"replace_all_matches(attributes, \"ab?\", \"x\")",
                with(text("k", "x") + "," + text("l", "x"))},
           Case{"truncate_all(attributes, 2)", with(text("k", "ab") + "," + text("l", "ab"))},
           Case{"limit(attributes, 1, [\"l\"])", with(l)},
           Case{"limit(attributes, 1, [])", with(k)},
           Case{"merge_maps(attributes, {\"k\": \"1\", \"z\": \"2\"}, \"insert\")",
                with(k + "," + l + "," + text("z", "2"))},
           Case{"merge_maps(attributes, {\"k\": \"1\", \"z\": \"2\"}, \"update\")",
                with(text("k", "1") + "," + l)},
           Case{"merge_maps(attributes, ParseJSON(\"{\\\"k\\\":\\\"1\\\"}\"), \"upsert\")",
                with(text("k", "1") + "," + l)},
           Case{"append(attributes[\"k\"], \"x\")",
                with(R"({"key":"k","value":{"arrayValue":{"values":[{"stringValue":"abc"},)"
                     R"({"stringValue":"x"}]}}},)" +
                     l)},
           Case{"append(attributes[\"z\"], values = [\"x\"])",
                with(k + "," + l +
                     R"(,{"key":"z","value":{"arrayValue":{"values":[{"stringValue":"x"}]}}})")},
           Case{"set(name, 7)", "error: cannot set a text to an int"},
           Case{"set(kind.string, \"x\")", "error: this field can only be read"},
           Case{"set(attributes[\"k\"][\"x\"], 1)", "error: there is no such place in the value"},
           Case{"set(trace_id, 0x01)", "error: an id must have 16 bytes"},
           Case{"delete_key(attributes[\"k\"], \"x\")",
                "error: delete_key needs a map, it is a string"},
       }) {
    CAPTURE(c.statement);
    CHECK(bench.after(c.statement) == c.after);
  }
}

TEST_CASE("ottl: what is not known is an error with its place") {
  struct Case {
    std::string_view statement, error;
  };
  for (const Case& c : {
           Case{"", "expected a function that changes something, at character 1"},
           Case{"sett(name, 1)", "unknown function sett, at character 1"},
           Case{"IsMatch(name, \"a\")", "IsMatch changes nothing, at character 1"},
           Case{"set(name, limit(name, 1))", "limit gives no value, at character 11"},
           Case{"set(nam, 1)", "unknown field nam of span, at character 5"},
           Case{"set(log.body, 1)",
                "statements of the context span cannot name fields of log, at character 5"},
           Case{"set(resource.x, 1)", "unknown field x of resource, at character 5"},
           Case{"set(name[\"a\"], 1)", "name has no members, at character 5"},
           Case{"set(\"name\", 1)", "expected a field, at character 5"},
           Case{"set(name)", "set needs value, at character 5"},
           Case{"set(name, 1, 2)", "set takes at most 2 arguments, at character 14"},
           Case{"set(name, 1", "expected ), at character 12"},
           Case{"set(name, \"a)", "a text without its end, at character 11"},
           Case{"set(name, 1) when true", "expected the end, at character 14"},
           Case{"set(name, 1) where", "expected a value, at character 19"},
           Case{"set(name, SPAN_KIND_X)", "unknown name SPAN_KIND_X, at character 11"},
           Case{"set(name, 1 ! 2)", "a character that has no meaning here, at character 13"},
           Case{"set(name, HasAttrKeyOnDatapoint(\"a\"))",
                "HasAttrKeyOnDatapoint is for the context metric, at character 11"},
           Case{"delete_matching_keys(attributes, name)",
                "expected a pattern between quotes, at character 34"},
           Case{"delete_matching_keys(attributes, \"(\")",
                "bad regex: missing ): (, at character 34"},
           Case{"set(name, 9223372036854775808)", "the number is too large, at character 11"},
       }) {
    CAPTURE(c.statement);
    const auto parsed = parse_statement(c.statement, Context::span);
    CHECK(!parsed);
    if (!parsed) CHECK(parsed.error().message == c.error);
  }
  std::string wide = "true";
  for (size_t i = 0; i < kOperatorsMax; ++i) wide += " and true";
  CHECK(parse_condition(wide, Context::span));
  CHECK(parse_condition(wide + " and true", Context::span).error().message.find("too many") !=
        std::string::npos);
  const std::string deep = std::string(60, '(') + "true" + std::string(60, ')');
  CHECK(parse_condition(deep, Context::span).error().message.find("too deep") != std::string::npos);
}

TEST_CASE("ottl: the context of a statement follows from its paths") {
  CHECK(context_in("set(span.name, resource.attributes[\"a\"])") == Context::span);
  CHECK(context_in("set(resource.attributes[\"a\"], spanevent.name)") == Context::span_event);
  CHECK(context_in("set(datapoint.attributes[\"a\"], metric.name)") == Context::data_point);
  CHECK(context_in("set(name, 1)") == std::nullopt);
}

TEST_CASE("ottl: metrics and their points") {
  const auto request = otlp::request_of_json(
      otlp::request_of(telemetry::Signal::metrics),
      R"({"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"s","sum":{"isMonotonic":true,)"
      R"("aggregationTemporality":2,"dataPoints":[{"asInt":"1","attributes":[{"key":"k","value":)"
      R"({"intValue":"7"}}]}]}},{"name":"g","gauge":{"dataPoints":[{"asDouble":1}]}}]}]}]})");
  REQUIRE(request);
  const telemetry::OtlpSlice slice(*request, 2);
  const auto names = [&](std::string_view condition) {
    otlp::Document document(telemetry::Signal::metrics, slice);
    const auto parsed = parse_condition(condition, Context::metric);
    REQUIRE(parsed);
    std::string found;
    each_target(document, Context::metric, [&](const Target& target) {
      if (Run(target).test(*parsed)) found += target.metric->bytes(otlp::metric::kName);
    });
    return found;
  };
  CHECK(names("type == METRIC_DATA_TYPE_SUM") == "s");
  CHECK(names("is_monotonic == true") == "s");
  CHECK(names("aggregation_temporality == AGGREGATION_TEMPORALITY_CUMULATIVE") == "s");
  CHECK(names("is_monotonic == nil") == "g");
  CHECK(names("HasAttrKeyOnDatapoint(\"k\")") == "s");
  CHECK(names("HasAttrOnDatapoint(\"k\", \"8\")").empty());
  otlp::Document document(telemetry::Signal::metrics, slice);
  const auto statement = parse_statement("set(value_double, value_int) where metric.name == \"s\"",
                                         Context::data_point);
  REQUIRE(statement);
  each_target(document, Context::data_point,
              [&](const Target& target) { Run(target).execute(*statement); });
  erase_targets(document, Context::data_point, [](const Target& target) {
    return target.metric->bytes(otlp::metric::kName) == "g";
  });
  const std::string json =
      otlp::json_of(otlp::request_of(telemetry::Signal::metrics), document.slice().bytes);
  CHECK(json.find(R"("dataPoints":[{"asDouble":1,"attributes")") != std::string::npos);
  CHECK(json.find("\"g\"") == std::string::npos);
}

}  // namespace ottl
