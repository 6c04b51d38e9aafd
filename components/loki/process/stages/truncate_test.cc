#include <doctest/doctest.h>

#include "components/loki/process/fixture.h"

namespace components::loki::process::stages {

TEST_CASE("stage.truncate: what is longer than the limit is cut between characters") {
  struct Case {
    std::string_view what, rules;
    std::string in;
    std::string_view want;
  };
  const Case cases[] = {
      {"line", "rule { limit = \"5B\" }", "12345678", "12345"},
      {"line that fits", "rule { limit = \"5B\" }", "12345", "12345"},
      {"suffix counts", "rule {\nlimit = \"5B\"\nsuffix = \"...\"\n}", "12345678", "12..."},
      {"characters stay whole", "rule { limit = \"4B\" }", "abcä", "abc"},
      {"of four bytes too", "rule { limit = \"5B\" }", "ab😀cd", "ab"},
      {"one that just fits", "rule { limit = \"5B\" }", "abcä!", "abcä"},
      {"other than UTF-8", "rule { limit = \"4B\" }", "a\x80\x80\x80\x80\x80", "a\x80\x80\x80"},
      {"in order", "rule { limit = \"6B\" }\nrule {\nlimit = \"5B\"\nsuffix = \"!\"\n}", "12345678",
       "1234!"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.what);
    Fixture fixture(fmt::format("stage.truncate {{\n{}\n}}", c.rules));
    CHECK(fixture.checked.messages == "");
    const auto batch = fixture.process(lines({c.in}));
    REQUIRE(batch.entries.size() == 1);
    CHECK(batch.line(batch.entries[0]) == c.want);
  }
}

TEST_CASE("stage.truncate: labels, metadata and extracted values") {
  Fixture fixture(R"r(
    stage.regex { expression = "(?P<a>\\w+) (?P<b>\\w+)" }
    stage.structured_metadata { values = { a = "", b = "" } }
    stage.truncate {
      rule {
        limit       = "3B"
        source_type = "label"
      }
      rule {
        limit       = "2B"
        source_type = "structured_metadata"
        sources     = ["a"]
      }
      rule {
        limit       = "4B"
        source_type = "extracted"
        sources     = ["b"]
      }
    }
    stage.labels { values = { b = "", cut = "truncated" } })r");
  CHECK(fixture.checked.messages == "");
  telemetry::LogBatch batch;
  const telemetry::Labels longer{{"app", "frontend"}, {"x", "1"}}, shorter{{"app", "api"}};
  batch.add(1, "aaaaaa bbbbbb", longer);
  batch.add(2, "a b", shorter);
  batch.add(3, "a b", longer);
  CHECK(print(fixture.process(std::move(batch))) ==
        "{app=\"fro\", b=\"bbbb\", cut=\"extracted,label,structured_metadata\", x=\"1\"} [a=aa] "
        "[b=bbbbbb] aaaaaa bbbbbb\n"
        "{app=\"api\", b=\"b\"} [a=a] [b=b] a b\n"
        "{app=\"fro\", b=\"b\", cut=\"label\", x=\"1\"} [a=a] [b=b] a b\n");
  const auto counted = [&](std::string_view field) {
    return fixture.counted(fmt::format(
        "loki_process_truncated_fields_total{{component_id=\"t\",field=\"{}\"}}", field));
  };
  CHECK(counted("label") == 2);
  CHECK(counted("structured_metadata") == 1);
  CHECK(counted("extracted") == 1);
}

TEST_CASE("stage.truncate: all values of a kind when no source is named") {
  Fixture fixture(R"r(
    stage.regex { expression = "(?P<a>\\w+) (?P<b>\\w+)" }
    stage.truncate {
      rule {
        limit       = "2B"
        suffix      = "~"
        source_type = "extracted"
      }
    }
    stage.labels { values = { a = "", b = "" } })r");
  CHECK(fixture.run({"aaa b"}) == "{a=\"a~\", b=\"b\", job=\"j\"} aaa b\n");
}

}  // namespace components::loki::process::stages
