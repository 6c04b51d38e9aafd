#include "compiler/migrate/streams/sample.h"

#include <doctest/doctest.h>

#include "compiler/migrate/streams/regex_sample.h"

namespace {

using migrate::kVariants;
using migrate::OpenValue;

TEST_CASE("sample: markers read back, in any case") {
  for (size_t id = 0; id < 100; ++id)
    for (size_t i = 0; i < kVariants; ++i) {
      const std::string text = migrate::marker(id)[i];
      std::string upper = text;
      for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
      for (const std::string& spelled : {text, upper}) {
        CHECK(migrate::without_markers(spelled, i) == OpenValue{{"", ""}});
        CHECK(migrate::without_markers("a-" + spelled + spelled + "-1", i) ==
              OpenValue{{"a-", "-1"}});
        CHECK(migrate::without_markers(spelled + "x" + spelled, i) == OpenValue{{"", "x", ""}});
      }
    }
  CHECK(migrate::without_markers("plain", 0) == OpenValue{{"plain"}});
  CHECK(migrate::marker(3) != migrate::marker(4));
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
    const auto text = migrate::regex_sample(c.regex, 30);
    REQUIRE(text.has_value());
    for (size_t i = 0; i < kVariants; ++i) CHECK(migrate::without_markers((*text)[i], i) == c.want);
  }
  for (const std::string_view regex : {"(a|b)", "[a-c]+", "a?", "a{2}", "(ab)+", "\\d", "(", "a)b"})
    CHECK_MESSAGE(!migrate::regex_sample(regex, 30), regex);
}

TEST_CASE("regex_sample: alternatives") {
  using List = std::vector<std::string_view>;
  CHECK(migrate::alternatives("a|b\\|c|(d|e)|[|]") == List{"a", "b\\|c", "(d|e)", "[|]"});
  CHECK(migrate::alternatives("") == List{""});
}

}  // namespace
