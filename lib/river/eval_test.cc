#include "river/eval.h"

#include <doctest/doctest.h>

#include <map>

#include "river/parser.h"

using namespace river;

namespace {

/// What an expression gives: its text, or "error R051 at 'SOURCE': MESSAGE".
struct Evaluation {
  Value value;
  std::string shown;
};

using Variables = std::map<std::string, Value, std::less<>>;

Evaluation evaluate_text(std::string_view expression, const Variables& names = {}) {
  diag::SourceMap sources;
  diag::Diagnostics diagnostics;
  ast::Tree tree;
  const auto& file = sources.add("test.river", std::string(expression));
  const ast::Expr* parsed = parse_expression(file, tree, diagnostics);
  REQUIRE_MESSAGE(diagnostics.empty(), "does not parse: " << expression);
  const river::Scope scope = [&](std::string_view name) -> const Value* {
    const auto found = names.find(name);
    return found == names.end() ? nullptr : &found->second;
  };
  Evaluation out;
  out.value = evaluate(*parsed, scope, diagnostics);
  CHECK(out.value.origin == parsed->span);
  if (diagnostics.empty()) {
    const Unknown* unknown = out.value.as_unknown();
    if (unknown != nullptr)
      out.shown = "unknown " + std::string(unknown->type ? unknown->type->name : "silent");
    else
      out.shown = to_text(out.value);
  }
  for (const auto& d : diagnostics.items())
    out.shown += fmt::format("{}{} at '{}': {}", out.shown.empty() ? "" : "; ", d.code,
                             sources.text(d.span), d.message);
  return out;
}

struct Expectation {
  std::string_view in, want;
};

void check_expressions(std::initializer_list<Expectation> cases, const Variables& names = {}) {
  for (const auto& c : cases) {
    CAPTURE(c.in);
    CHECK(evaluate_text(c.in, names).shown == c.want);
  }
}

constexpr Type kReceiverType{
    .kind = Kind::capsule, .name = "LogsReceiver", .capsule = "LogsReceiver"};
constexpr Type kTargetType{.kind = Kind::object, .name = "map(string)", .element = &kStringType};
constexpr Type kTargetsType{
    .kind = Kind::array, .name = "list(map(string))", .element = &kTargetType};

Value secret_text(std::string text, bool is_secret = true, bool optional = false) {
  return Value::secret({base::Secret(std::move(text)), is_secret, optional});
}

}  // namespace

TEST_CASE("eval: numbers") {
  check_expressions({{"010", "8"},
                     {"08", "8"},
                     {"5.", "5"},
                     {"18446744073709551615 + 1", "0"},
                     {"18446744073709551615 == -1", "true"},
                     {"-2 ^ 2", "4"},
                     {"2 ^ 3 ^ 2", "512"},
                     {"2 ^ -1", "2"},
                     {"2.0 ^ -1", "0.5"},
                     {"2 ^ 64", "0"},
                     {"-9223372036854775808", "-9223372036854775808"},
                     {"-9223372036854775808 / -1", "-9223372036854775808"},
                     {"-9223372036854775808 % -1", "0"},
                     {"7 / 2", "3"},
                     {"-7 / 2", "-3"},
                     {"-7 % 3", "-1"},
                     {"1e308 * 10", "+Inf"},
                     {"1 / 0.0", "R052 at '0.0': 0.0 divide by zero error"},
                     {"5 % (1 - 1)", "R052 at '(1 - 1)': (1 - 1) divide by zero error"},
                     {"1e999", "R061 at '1e999': parsing \"1e999\": value out of range"}});
}

TEST_CASE("eval: operators check the left side, the right side, then that both agree") {
  check_expressions(
      {{"1 < 2 == true", "true"},
       {"\"a\" + \"b\"", "\"ab\""},
       {"\"a\" < \"b\"", "true"},
       {"\"b\" >= \"a\" && !false", "true"},
       {"1 + \"a\"", "R051 at '\"a\"': \"a\" should be number, got string"},
       {"true + 1",
        "R051 at 'true': true should be one of [number string capsule] for binop +, got bool"},
       {"1 - \"a\"", "R051 at '\"a\"': \"a\" should be one of [number] for binop -, got string"},
       {"true + true",
        "R051 at 'true': true should be one of [number string capsule] for binop +, got bool"},
       {"[1] < [2]", "R051 at '[1]': [1] should be one of [number string] for binop <, got array"},
       {"true || nope", "R050 at 'nope': identifier \"nope\" does not exist"},
       {"false && 1", "R051 at '1': 1 should be one of [bool] for binop &&, got number"},
       {"!1", "R051 at '1': 1 should be bool, got number"},
       {"-\"a\"", "R051 at '\"a\"': \"a\" should be number, got string"},
       {"a + b + 1",
        "R050 at 'a': identifier \"a\" does not exist; R050 at 'b': identifier \"b\" does not "
        "exist"}});
}

TEST_CASE("eval: equality never fails") {
  check_expressions({{"[1] == [1.0]", "true"},
                     {"sys.env == sys.env", "false"},
                     {"{a = null} == {}", "false"},
                     {"{a = 1, b = 2} == {b = 2, a = 1}", "true"},
                     {"1 == \"1\"", "false"},
                     {"null == null", "true"},
                     {"1 != 2", "true"}});
}

TEST_CASE("eval: access and index") {
  check_expressions(
      {{"[1,2,3][1.9]", "2"},
       {"[1][-1]", "R055 at '-1': -1 index -1 is out of range of array with length 1"},
       {"[1][1]", "R055 at '1': 1 index 1 is out of range of array with length 1"},
       {"[1][\"a\"]", "R051 at '\"a\"': \"a\" should be number, got string"},
       {"{a = 1}[\"b\"]", "null"},
       {"{a = 1}[0]", "R051 at '0': 0 should be string, got number"},
       {"{a = 1}.b", "R054 at 'b': field \"b\" does not exist"},
       {"null.a", "R053 at 'null': null cannot access field \"a\" on value of type null"},
       {"\"a\"[0]", "R053 at '\"a\"': \"a\" expected object or array, got string"},
       {"{a = 1, a = 2}.a", "2"},
       {"{\"a\\tb\" = 1}", "{\n\t\"a\\\\tb\" = 1,\n}"},
       {"{`k` = 1}.k", "1"},
       {"{\"\" = 1}[`\"\"`]", "1"},
       {"{\"true\" = 1}[\"true\"]", "1"},
       {"string[\"to_upper\"](\"x\")", "\"X\""}});
}

TEST_CASE("eval: calls") {
  check_expressions(
      {{"1(2)", "R056 at '1': 1 should be function, got number"},
       {"string.join([1])", "R057 at 'string.join': string.join expected 2 args, got 1"},
       {"string.format()",
        "R057 at 'string.format': string.format expected at least 1 args, got 0"},
       {"array.combine_maps([])",
        "R057 at 'array.combine_maps': array.combine_maps expected 3 to 4 args, got 1"},
       {"string.join([1, [true], null], \"-\")",
        "R058 at '[true]': [true] should be string, got array"},
       {"string.join([1, 2.5, null], \"-\")", "\"1-2.5-\""},
       {"string.join((names), \"-\")", "R058 at 'names': names[1] should be string, got bool"},
       {"string.to_upper(null)", "\"\""},
       {"array.concat(null, [1], null)", "[1]"},
       {"array.concat(1)", "R058 at '1': 1 should be array, got number"},
       {"encoding.from_json(\"[\")",
        "R059 at 'encoding.from_json': encoding.from_json invalid number at byte 1"}},
      {{"names", Value::array({Value::string("a"), Value::boolean(true)})}});
}

TEST_CASE("eval: secrets keep what is added to them") {
  const Variables names = {{"s", secret_text("hid")},
                           {"os", secret_text("hid", true, true)},
                           {"op", secret_text("open", false, true)},
                           {"c", Value::capsule({"LogsReceiver", nullptr})}};
  check_expressions(
      {{"\"a\" + s", "(secret)"},
       {"s + os + op", "(secret)"},
       {"convert.nonsensitive(\"a\" + s + \"b\")", "\"ahidb\""},
       {"convert.nonsensitive(os + op)", "\"hidopen\""},
       {"\"a\" + op", "\"aopen\""},
       {"op + op", "\"openopen\""},
       {"op < \"z\"", "true"},
       {"s < \"z\"", "R051 at 's': s should be one of [number string] for binop <, got capsule"},
       {"s == \"hid\"", "true"},
       {"\"open\" == op", "true"},
       {"os == s", "true"},
       {"[s] == [\"hid\"]", "false"},
       {"s + 1", "R051 at '1': 1 should be capsule, got number"},
       {"c + c",
        "R051 at 'c': c could not perform binop + for unknown types lhs capsule rhs capsule"},
       {"string.to_upper(op)", "\"OPEN\""},
       {"string.to_upper(s)", "R060 at 's': s secrets may not be converted into strings"},
       {"string.format(\"%s\", s)",
        "R059 at 'string.format': string.format secrets may not be converted into strings"},
       {"string.format(\"%v\", [op])", "\"[open]\""},
       {"encoding.to_json({k = [s]})",
        "R059 at 'encoding.to_json': encoding.to_json secrets may not be converted into "
        "strings"}},
      names);
  CHECK(evaluate_text("\"a\" + os", names).value.as_secret()->optional);
  CHECK_FALSE(evaluate_text("s + os", names).value.as_secret()->optional);
}

TEST_CASE("eval: base64 gives an array of numbers that is as good as a string") {
  check_expressions(
      {{"encoding.from_base64(\"aGk=\")", "[104, 105]"},
       {"encoding.from_base64(\"aGk=\") == [104, 105]", "true"},
       {"string.to_upper(encoding.from_base64(\"aGk=\"))", "\"HI\""},
       {"\"x\" + encoding.from_base64(\"aGk=\")",
        "R051 at 'encoding.from_base64(\"aGk=\")': encoding.from_base64(\"aGk=\") should be "
        "one of [number string capsule] for binop +, got array"}});
}

TEST_CASE("eval: unknowns are checked as far as their types tell") {
  const Variables names = {{"n", Value::unknown(&kNumberType)},
                           {"s", Value::unknown(&kStringType)},
                           {"any", Value::unknown(&kAnyType)},
                           {"bad", Value::unknown()},
                           {"r", Value::unknown(&kReceiverType)},
                           {"t", Value::unknown(&kTargetsType)},
                           {"x", Value::unknown(&kSecretType)},
                           {"o", Value::unknown(&kOptionalSecretType)},
                           {"c", Value::capsule({"LogsReceiver", nullptr})},
                           {"k", secret_text("hid")}};
  check_expressions(
      {{"n + 1", "unknown number"},
       {"any + 1", "unknown number"},
       {"any + any", "unknown any"},
       {"s + any", "unknown any"},
       {"s + \"a\"", "unknown string"},
       {"s + x", "unknown secret"},
       {"\"a\" + o", "unknown optional_secret"},
       {"n < any", "unknown bool"},
       {"o < \"a\"", "unknown bool"},
       {"n == 1", "unknown bool"},
       {"[n] == [1]", "unknown bool"},
       {"-any", "unknown number"},
       {"bad + 1", "unknown silent"},
       {"bad.a[0](1) == 1", "unknown silent"},
       {"t[0]", "unknown map(string)"},
       {"t[n].a", "unknown string"},
       {"t[0][s]", "unknown string"},
       {"[1][n]", "unknown any"},
       {"any(1)", "unknown any"},
       {"string.to_upper(s)", "unknown string"},
       {"string.to_upper(n)", "unknown string"},
       {"string.to_upper(o)", "unknown string"},
       {"string.join([s, 1], \"\")", "unknown string"},
       {"string.to_upper(bad)", "unknown silent"},
       {"array.concat(t, [1])", "unknown list(any)"},
       {"array.concat([1], [2])", "[1, 2]"},
       {"coalesce(0, 1, any)", "1"},
       {"coalesce(s, \"a\")", "unknown string"},
       {"coalesce(s, 1)", "unknown any"},
       {"n + \"a\"", "R051 at '\"a\"': \"a\" should be number, got string"},
       {"any - s", "R051 at 's': s should be one of [number] for binop -, got string"},
       {"r + 1", "R051 at '1': 1 should be capsule, got number"},
       {"r.a",
        "R053 at 'r': r expected object or array or a capsule convertible to an object, got "
        "capsule"},
       {"n.a", "R053 at 'n': n cannot access field \"a\" on value of type number"},
       {"t[s]", "R051 at 's': s should be number, got string"},
       {"x < \"a\"", "R051 at 'x': x should be one of [number string] for binop <, got capsule"},
       {"string.to_upper(x)", "R060 at 'x': x secrets may not be converted into strings"},
       {"string.to_upper(r)", "R058 at 'r': r should be string, got capsule"},
       {"string.join([1, r], \"\")", "R058 at 'r': r should be string, got capsule"},
       {"any + c",
        "R051 at 'c': c could not perform binop + for unknown types lhs any rhs capsule"},
       {"any + k", "unknown secret"},
       {"any / 0", "R052 at '0': 0 divide by zero error"}},
      names);
  const Value concat = evaluate_text("array.concat([r], [r])", names).value;
  REQUIRE(concat.as_array() != nullptr);
  CHECK((*concat.as_array())[1].as_unknown()->type == &kReceiverType);
}

TEST_CASE("eval: elsewhere the machine's own answers are unknown") {
  const Variables names = {{"sys", *stdlib::lookup_elsewhere("sys")},
                           {"constants", *stdlib::lookup_elsewhere("constants")}};
  check_expressions({{"sys.env(\"HOME\")", "unknown string"},
                     {"constants.hostname + \"x\"", "unknown string"},
                     {"coalesce(sys.env(\"A\"), \"b\")", "unknown string"},
                     {"sys.env()", "R057 at 'sys.env': sys.env expected 1 args, got 0"}},
                    names);
  CHECK(stdlib::lookup_elsewhere("string") == nullptr);
}

TEST_CASE("eval: a literal's elements keep their places") {
  diag::SourceMap sources;
  diag::Diagnostics diagnostics;
  ast::Tree tree;
  const auto& file = sources.add("test.river", "[1, {k = (\"x\")}]");
  const Value value = evaluate(*parse_expression(file, tree, diagnostics), {}, diagnostics);
  REQUIRE(diagnostics.empty());
  const Value& object = (*value.as_array())[1];
  CHECK(sources.text((*value.as_array())[0].origin) == "1");
  CHECK(sources.text(object.origin) == "{k = (\"x\")}");
  CHECK(sources.text(object.field("k")->origin) == "(\"x\")");
}

TEST_CASE("eval: names in scope hide the standard library") {
  check_expressions({{"string", "1"}, {"encoding.to_base64(\"\\xff\")", "\"/w==\""}},
                    {{"string", Value::number(int64_t{1})}});
}
