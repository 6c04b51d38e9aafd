#include "river/schema/target.h"

#include <doctest/doctest.h>

#include "river/parser.h"
#include "river/schema/decode.h"
#include "river/schema/field.h"

namespace {

using namespace river::schema;
using river::Value;

struct Arguments {
  Targets targets;
};
constexpr Field kFields[] = {attr<&Arguments::targets>("targets", Need::required, "Targets.")};
constexpr BlockSchema kSchema = schema_of(kFields);

/// The targets of `targets = EXPRESSION`; none after an error.
Targets decode(std::string_view expression, const Value& list) {
  river::diag::SourceMap sources;
  river::diag::Diagnostics diagnostics;
  const auto& file = sources.add("test.river", "targets = " + std::string(expression) + "\n");
  const auto tree = river::parse(file, diagnostics);
  const river::Scope scope = [&](std::string_view name) {
    return name == "list" ? &list : nullptr;
  };
  Arguments arguments;
  decode_body(tree->body, {1, 2}, kSchema, &arguments, scope, diagnostics);
  return diagnostics.has_errors() ? Targets() : arguments.targets;
}

const Target kWeb{{"__address__", "a:1"}, {"job", "web"}};

}  // namespace

TEST_CASE("target: on its way through the language it stays the same object") {
  const Targets decoded = decode("list", Codec<Targets>::encode({kWeb, Target()}));
  REQUIRE(decoded.size() == 2);
  CHECK(decoded[0].is_same(kWeb));
  CHECK(decoded[1].size() == 0);
}

TEST_CASE("target: written by hand, it is sorted, and what can be text becomes text") {
  CHECK(decode(R"([{"job" = "web", "__address__" = "a:1"}, {n = 12}])", Value()) ==
        Targets{kWeb, Target{{"n", "12"}}});
  CHECK(decode(R"([{"job" = ["web"]}])", Value()).empty());
}

TEST_CASE("target: finds, changes, compares") {
  CHECK(kWeb.find("job")->second == "web");
  CHECK(kWeb.find("jo") == kWeb.end());
  CHECK_FALSE(kWeb.contains("z"));
  CHECK(kWeb.with("job", "x") == Target{{"__address__", "a:1"}, {"job", "x"}});
  CHECK(kWeb.with("job", "web") == kWeb);
  CHECK_FALSE(kWeb.with("job", "web").is_same(kWeb));
  CHECK(Target(kWeb.labels()) == kWeb);
  CHECK(kWeb < kWeb.with("job", "x"));
  CHECK_FALSE(kWeb < kWeb);
  CHECK(Target() < kWeb);
}
