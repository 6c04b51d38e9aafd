#include "telemetry/labels.h"

#include <doctest/doctest.h>

#include "telemetry/text.h"

namespace telemetry {

TEST_CASE("labels: sorted, last value of a name wins, empty values left out") {
  const Labels labels({{"b", "1"}, {"a", "x"}, {"b", "2"}, {"c", "3"}, {"c", ""}, {"d", ""}});
  CHECK(to_stream_text(labels) == R"({a="x", b="2"})");
  CHECK(labels.get("a") == "x");
  CHECK(labels.get("c") == "");
  CHECK(labels.get("nothing") == "");
  CHECK(Labels({{"a", ""}}).empty());
  CHECK(Labels({{"a", ""}}) == Labels());
}

TEST_CASE("labels: equality and hash follow the content") {
  const Labels one({{"a", "1"}, {"b", "2"}});
  const Labels same({{"b", "2"}, {"a", "1"}});
  CHECK(one == same);
  CHECK(one.hash() == same.hash());
  CHECK_FALSE(one == Labels({{"a", "1"}}));
  CHECK_FALSE(one == Labels({{"a", "12"}, {"b", ""}}));
  CHECK_FALSE(one == Labels());
}

TEST_CASE("labels: builder") {
  LabelsBuilder builder(Labels({{"a", "1"}, {"b", "2"}}));
  builder.set("c", "3");
  builder.set("a", "");
  builder.set("b", "4");
  builder.erase("nothing");
  CHECK(builder.get("b") == "4");
  CHECK(to_stream_text(builder.build()) == R"({b="4", c="3"})");
}

TEST_CASE("labels: stream text leaves out internal names and quotes values as Go does") {
  CHECK(to_stream_text(Labels({{"__path__", "/x"}, {"job", "a\"b\\c\nd"}})) ==
        R"({job="a\"b\\c\nd"})");
  CHECK(to_stream_text(Labels()) == "{}");
}

TEST_CASE("quote: as Go's %q") {
  struct Case {
    std::string_view text, quoted;
  };
  for (const auto& c :
       {Case{"", R"("")"}, Case{"a\tb\v\a", R"("a\tb\v\a")"}, Case{"\x7f\x01", R"("\x7f\x01")"},
        Case{"grün 日本 🚀", R"("grün 日本 🚀")"}, Case{"\xc2\xa0", R"("\u00a0")"},
        Case{"\xff\xc0\xaf", R"("\xff\xc0\xaf")"}, Case{"\xed\xa0\x80", R"("\xed\xa0\x80")"},
        Case{"\xf3\xb0\x80\x80", R"("\U000f0000")"}, Case{"a\xe2\x82", R"("a\xe2\x82")"}}) {
    CAPTURE(c.quoted);
    std::string quoted;
    append_quoted(quoted, c.text);
    CHECK(quoted == c.quoted);
  }
}

}  // namespace telemetry
