#include "compiler/migrate/streams/family.h"

#include <doctest/doctest.h>

using namespace compiler::migrate;
using namespace compiler::migrate::streams;

namespace {

TEST_CASE("family: text") {
  struct Case {
    Values values;
    std::string_view want;
  };
  for (const Case& c : {
           Case{Values::of("kairos"), "{x=\"kairos\"}"},
           Case{Values::any(), "{x=\"…\"}"},
           Case{{{}, {OpenValue{{"kairos-", "-1"}}}}, "{x=\"kairos-…-1\"}"},
           Case{{{"a", "", "b\"c"}, {}}, "{x=\"a\"|\"b\\\"c\"|nothing}"},
           Case{{{"a", "b", "c", "d"}, {}}, "{x=\"a\"|\"b\"|\"c\"|\"d\"}"},
           Case{{{"a", "b", "c", "d"}, {OpenValue{{"", ""}}}}, "{x=\"a\"|\"b\"|\"c\"|2 more}"},
       }) {
    StreamFamily family;
    family.labels["x"] = c.values;
    CHECK(family.text() == c.want);
  }
  StreamFamily two;
  two.labels = {{"job", Values::of("j")}, {"app", Values::of("a")}};
  CHECK(two.text() == "{app=\"a\", job=\"j\"}");
  CHECK(StreamFamily().text() == "{}");
}

}  // namespace
