#include "components/loki/process/stages/pattern.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "components/loki/process/fixture.h"

namespace components::loki::process::stages {
namespace {

std::string match(std::string_view pattern, std::string_view text) {
  const auto parsed = Pattern::parse(pattern);
  if (!parsed) return parsed.error().message;
  std::vector<std::string_view> captures;
  if (!parsed->match(text, captures)) return "no match";
  std::string out;
  for (size_t i = 0; i < captures.size(); ++i)
    out += fmt::format("{}=[{}] ", parsed->names()[i], captures[i]);
  return out;
}

}  // namespace

TEST_CASE("pattern: captures between literals") {
  struct Case {
    std::string_view pattern, text, want;
  };
  for (const Case& c : {
           Case{"<ip> - <_> [<time>]", "10.0.0.1 - x [now] tail", "ip=[10.0.0.1] time=[now] "},
           Case{"<a> <b>", "one two three", "a=[one] b=[two three] "},
           Case{"level=<level> ", "level=info x", "level=[info] "},
           Case{"level=<level> ", " level=info x", "no match"},
           Case{"<a>,<b>;<c>", "1,2", "a=[1] b=[2] c=[] "},
           Case{"<_> <b>", "alone", "no match"},
           Case{"<a>", "", "no match"},
           Case{"<a>|", "|", "a=[] "},
           Case{"a<b<c>", "a<bx", "c=[x] "},
           Case{"<1x> <é> <> <a>", "<1x> <é> <> y", "a=[y] "},
       }) {
    CAPTURE(c.pattern);
    CHECK(match(c.pattern, c.text) == c.want);
  }
}

TEST_CASE("pattern: mistakes are said") {
  struct Case {
    std::string_view pattern, part;
  };
  for (const Case& c : {Case{"", "no capture"}, Case{"text", "no capture"},
                        Case{"<_> x", "no capture"}, Case{"<a><b>", "no text in front of <b>"},
                        Case{"<a><_>", "no text in front of <_>"}, Case{"<a> <a>", "<a> is cap"}}) {
    CAPTURE(c.pattern);
    CHECK(match(c.pattern, "x").find(c.part) != std::string::npos);
  }
  CHECK(check("stage.pattern { pattern = \"<a><b>\" }").codes == std::vector<std::string>{"C092"});
}

TEST_CASE("stage.pattern: to extracted values and to labels") {
  Fixture labels(
      "stage.pattern {\npattern = \"<_> [<level>] <msg>\"\n"
      "labels_from_groups = true\n}\nstage.label_drop { values = [\"msg\"] }");
  CHECK(labels.checked.messages == "");
  CHECK(labels.run({"t [warn] hello", "", "t [info] x"}) ==
        "{job=\"j\", level=\"warn\"} t [warn] hello\n{job=\"j\"} \n"
        "{job=\"j\", level=\"info\"} t [info] x\n");
  Fixture source(R"r(stage.json { expressions = { m = "" } }
                     stage.pattern {
                       pattern = "<first> <rest>"
                       source  = "m"
                     }
                     stage.output { source = "rest" })r");
  CHECK(source.run({R"({"m":"one two"})", "no json"}) == "{job=\"j\"} two\n{job=\"j\"} no json\n");
}

}  // namespace components::loki::process::stages
