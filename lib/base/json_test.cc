#include "base/json.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

namespace base {

TEST_CASE("json: what is read is written again, and bytes that are not UTF-8 are replaced") {
  CHECK(json_text(parse_json(R"({"b":1,"a":[true,null]})")) == R"({"a":[true,null],"b":1})");
  CHECK(json_text(parse_ordered_json(R"({"b":1,"a":2})")) == R"({"b":1,"a":2})");
  CHECK(json_text(parse_ordered_json(R"({"b":1})"), 2) == "{\n  \"b\": 1\n}");
  CHECK(json_text(nlohmann::json("caf\xe9 \xc3\xa9")) == "\"caf\xef\xbf\xbd \xc3\xa9\"");
  for (const auto* bad : {"", "{", "{\"a\":}", "[1] 2", "\"\xff\""}) {
    CAPTURE(bad);
    CHECK(parse_json(bad).is_discarded());
    CHECK(parse_ordered_json(bad).is_discarded());
  }
}

}  // namespace base
