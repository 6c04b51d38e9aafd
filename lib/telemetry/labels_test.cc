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

}  // namespace telemetry
