#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <string_view>

#include "logql/words.h"

TEST_CASE("variable: spellings") {
  struct Case {
    std::string_view text, want;
  };
  for (const auto& [text, want] : {Case{"$x", "x..;"},
                                   Case{"a $x_1-b", "x_1..;"},
                                   Case{"${x}", "x..;"},
                                   Case{"${x:regex}", "x..regex;"},
                                   Case{"${x.text}", "x.text.;"},
                                   Case{"${x.text:raw}", "x.text.raw;"},
                                   Case{"${x:date:YYYY-MM}", "x..date:YYYY-MM;"},
                                   Case{"[[x]]", "x..;"},
                                   Case{"[[x:csv]]", "x..csv;"},
                                   Case{"[[[x]]]", "x..;"},
                                   Case{"$x$y${z}[[w]]", "x..;y..;z..;w..;"},
                                   Case{"$__interval", "__interval..;"},
                                   Case{"$$x", "x..;"},
                                   Case{"$1 ${1} [[0-9]] [[:alpha:]] [[5]]", ""},
                                   Case{"$", ""},
                                   Case{"${", ""},
                                   Case{"${x", ""},
                                   Case{"${}", ""},
                                   Case{"${x.", ""},
                                   Case{"${x y}", ""},
                                   Case{"[[x]", ""},
                                   Case{"[[x:]]", ""},
                                   Case{"[[", ""},
                                   Case{"${x:\"}", ""}}) {
    const std::string_view input = text;
    CAPTURE(input);
    std::string got;
    for (const auto& variable : logql::find_variables(input, 10)) {
      got += fmt::format("{}.{}.{};", variable.name, variable.field, variable.format);
      CHECK(input.substr(variable.span.begin - 10, variable.written.size()) == variable.written);
    }
    CHECK(got == want);
  }
}

TEST_CASE("variable: only_variables") {
  for (const std::string_view text : {"$x", "${x}$y", "[[x:csv]]"})
    CHECK(logql::only_variables(text));
  for (const std::string_view text : {"", "x", "$x y", "a$x", "${x}m"}) {
    CHECK_FALSE(logql::only_variables(text));
  }
}
