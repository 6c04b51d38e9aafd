#include "compiler/migrate/streams/sample.h"

#include <doctest/doctest.h>

using namespace compiler::migrate;
using namespace compiler::migrate::streams;

namespace {

TEST_CASE("sample: markers read back, in any case") {
  for (size_t id = 0; id < 100; ++id)
    for (size_t i = 0; i < kVariants; ++i) {
      const std::string text = marker(id)[i];
      std::string upper = text;
      for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
      for (const std::string& spelled : {text, upper}) {
        CHECK(without_markers(spelled, i) == OpenValue{{"", ""}});
        CHECK(without_markers("a-" + spelled + spelled + "-1", i) == OpenValue{{"a-", "-1"}});
        CHECK(without_markers(spelled + "x" + spelled, i) == OpenValue{{"", "x", ""}});
      }
    }
  CHECK(without_markers("plain", 0) == OpenValue{{"plain"}});
  CHECK(marker(3) != marker(4));
}

TEST_CASE("regex_sample: what plain regexes match") {
  struct Case {
    std::string_view regex;
    OpenValue want;
  };
  for (const Case& c : {
           Case{"kottos", {{"kottos"}}},
           Case{"alloy\\.service", {{"alloy.service"}}},
           Case{"app-.*\\.service", {{"app-", ".service"}}},
           Case{"x(y).+", {{"xy", ""}}},
           Case{"(?:one)|two", {{"one"}}},
           Case{".+", {{"", ""}}},
       }) {
    CAPTURE(c.regex);
    const auto text = regex_sample(c.regex, 30);
    REQUIRE(text.has_value());
    for (size_t i = 0; i < kVariants; ++i) CHECK(without_markers((*text)[i], i) == c.want);
  }
  for (const std::string_view regex : {"(a|b)", "[a-c]+", "a?", "a{2}", "(ab)+", "\\d", "(", "a)b"})
    CHECK_MESSAGE(!regex_sample(regex, 30), regex);
}

TEST_CASE("regex_sample: alternatives") {
  using List = std::vector<std::string_view>;
  CHECK(alternatives("a|b\\|c|(d|e)|[|]") == List{"a", "b\\|c", "(d|e)", "[|]"});
  CHECK(alternatives("") == List{""});
}

}  // namespace
