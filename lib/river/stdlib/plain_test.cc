#include <cstdlib>

#include "river/stdlib/testing.h"

using namespace river;
using namespace river::stdlib;

TEST_CASE("stdlib: coalesce takes the first that is something, or the last") {
  check_all({{"coalesce()", "null"},
             {R"(coalesce(0, false, "", [], {}))", "{}"},
             {R"(coalesce("", null))", "null"},
             {R"(coalesce(null, 0.0, "a", 1))", R"("a")"},
             {R"(coalesce([], [0]))", "[0]"},
             {R"(coalesce("a", 1 / 0))", "0 divide by zero error"}});
}

TEST_CASE("stdlib: file.path_join") {
  check_all({{R"(file.path_join("a", "", "b/../c", "./d"))", R"("a/c/d")"},
             {R"(file.path_join("/", "../a//b/"))", R"("/a/b")"},
             {R"(file.path_join("..", "../x"))", R"("../../x")"},
             {R"(file.path_join("a", ".."))", R"(".")"},
             {R"(file.path_join("", ""))", R"("")"},
             {R"(file.path_join())", R"("")"}});
}

TEST_CASE("stdlib: array.concat, combine_maps and group_by") {
  check_all(
      {{"array.concat()", "[]"},
       {"array.concat([1], [], [2, [3]])", "[1, 2, [3]]"},
       {R"(array.combine_maps([{k = "a", x = 1}], [{k = "a", x = 2}, {k = "b"}], ["k"])[0].x)",
        "2"},
       {R"(array.combine_maps([{k = 1}], [{k = 1.0}], ["k"]))", "[]"},
       {R"(array.combine_maps([{k = "a"}], [{j = 1}, {j = 2}], ["k"], true) == [{k = "a"}, {k = "a"}])",
        "true"},
       {R"(array.combine_maps([{k = "a"}], [], ["k"], true))", "[]"},
       {R"(array.combine_maps([], [], []))",
        "array.combine_maps merge conditions must not be empty"},
       {R"(array.combine_maps([{k = [1]}], [{k = [1]}], ["k"]))",
        "array.combine_maps merge conditions cannot compare values of type array"},
       {R"(array.combine_maps([{k = 1}], [{k = 1}], [1]))",
        "array.combine_maps merge conditions should be string, got number"},
       {R"(array.combine_maps([1], [{k = 1}], ["k"]))",
        "array.combine_maps elements should be object, got number"},
       {R"(array.group_by([{k = "a", v = 1}, {k = "b"}, {k = "a", v = 2}, {v = 3}], "k", true) ==
            [{k = "a", items = [{k = "a", v = 1}, {k = "a", v = 2}]},
             {k = "b", items = [{k = "b"}]}])",
        "true"},
       {R"(array.group_by([{v = 3}], "k", false) == [{k = "", items = [{v = 3}]}])", "true"},
       {R"(array.group_by([{items = "x"}], "items", false) == [{items = [{items = "x"}]}])",
        "true"},
       {R"(array.group_by([{k = 1}], "k", false))",
        R"(array.group_by value of key "k" should be string, got number)"}});
  CHECK(lookup("array")->field("group_by")->as_function()->experimental);
  CHECK_FALSE(lookup("array")->field("concat")->as_function()->experimental);
}

TEST_CASE("stdlib: the environment and this machine") {
  REQUIRE(setenv("RIVER_STDLIB_TEST", "set", 1) == 0);
  check_all({{R"(sys.env("RIVER_STDLIB_TEST"))", R"("set")"},
             {R"(env("RIVER_STDLIB_TEST"))", R"("set")"},
             {R"(sys.env("RIVER_STDLIB_TEST_UNSET"))", R"("")"},
             {"constants.os", R"("linux")"},
             {R"(constants.hostname != "" && constants.arch != "")", "true"},
             {R"(string.trim_prefix(constants.version, "v") != constants.version)", "true"}});
  CHECK_FALSE(lookup("sys")->field("env")->as_function()->pure);
}

TEST_CASE("stdlib: every deprecated name is the function that it stands for") {
  for (const std::string_view alias :
       {"env", "nonsensitive", "concat", "json_decode", "yaml_decode", "base64_decode", "format",
        "join", "replace", "split", "to_lower", "to_upper", "trim", "trim_prefix", "trim_suffix",
        "trim_space"}) {
    CAPTURE(alias);
    REQUIRE(lookup(alias) != nullptr);
    CHECK(lookup(alias)->as_function()->name == deprecated_alias(alias));
  }
  CHECK(deprecated_alias("string").empty());
  CHECK(lookup("to_json") == nullptr);
}
