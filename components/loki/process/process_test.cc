#include "components/loki/process/process.h"

#include <doctest/doctest.h>

#include "components/loki/process/fixture.h"
#include "tests/support/log_sink.h"

namespace components::loki::process {

TEST_CASE("loki.process: stages, line by line") {
  struct Case {
    std::string_view what, stages;
    std::vector<std::string> in;
    std::string_view want;
  };
  const Case cases[] = {
      {"no stages", "", {"a", "b"}, "{job=\"j\"} a\n{job=\"j\"} b\n"},
      {"regex to labels",
       R"r(stage.regex { expression = "^(?P<level>[A-Z]+) (?P<rest>.*)$" }
          stage.labels { values = { level = "", text = "rest" } })r",
       {"INFO one", "none", "WARN two"},
       "{job=\"j\", level=\"INFO\", text=\"one\"} INFO one\n{job=\"j\"} none\n"
       "{job=\"j\", level=\"WARN\", text=\"two\"} WARN two\n"},
      {"regex labels_from_groups",
       R"r(stage.regex { expression = "(?P<a>x)(?P<b>y)?"
                         labels_from_groups = true })r",
       {"x", "xy", "z"},
       "{a=\"x\", job=\"j\"} x\n{a=\"x\", b=\"y\", job=\"j\"} xy\n{job=\"j\"} z\n"},
      {"regex on an extracted value",
       R"r(stage.regex { expression = "v=(?P<v>\\S+)" }
          stage.regex { expression = "^(?P<first>.)"
                        source = "v" }
          stage.labels { values = { first = "" } })r",
       {"v=hello x", "nothing"},
       "{first=\"h\", job=\"j\"} v=hello x\n{job=\"j\"} nothing\n"},
      {"json",
       R"r(stage.json { expressions = { l = "level", n = "a.b[1]", f = "", o = "" } }
          stage.labels { values = { l = "", n = "", f = "", o = "" } })r",
       {R"({"level":"warn","a":{"b":[1,20]},"f":1.50e2,"o":{"x": [1, "a b"]}})", "not json",
        R"({"level":null,"f":true})", R"({"level":"x"} tail)", R"({"level":"\u00e4\n\"q\""})"},
       "{f=\"150\", job=\"j\", l=\"warn\", n=\"20\", o=\"{\\\"x\\\":[1,\\\"a b\\\"]}\"} "
       "{\"level\":\"warn\",\"a\":{\"b\":[1,20]},\"f\":1.50e2,\"o\":{\"x\": [1, \"a b\"]}}\n"
       "{job=\"j\"} not json\n"
       "{f=\"true\", job=\"j\"} {\"level\":null,\"f\":true}\n"
       "{job=\"j\"} {\"level\":\"x\"} tail\n"
       "{job=\"j\", l=\"ä\\n\\\"q\\\"\"} {\"level\":\"\\u00e4\\n\\\"q\\\"\"}\n"},
      {"json drop_malformed",
       R"r(stage.json { expressions = { l = "" }
                        drop_malformed = true })r",
       {"{}", "[]", "x", ""},
       "{job=\"j\"} {}\n"},
      {"json regex",
       R"r(stage.json { regex = "^a" }
          stage.labels { values = { ab = "", b = "" } })r",
       {R"({"ab":"1","b":"2"})"},
       "{ab=\"1\", job=\"j\"} {\"ab\":\"1\",\"b\":\"2\"}\n"},
      {"labels are extracted to begin with",
       R"r(stage.labels { values = { copy = "job" } }
          stage.label_drop { values = ["job"] })r",
       {"x"},
       "{copy=\"j\"} x\n"},
      {"static_labels and label_keep",
       R"r(stage.static_labels { values = { a = "1", b = "2", none = "" } }
          stage.label_keep { values = ["b"] })r",
       {"x"},
       "{b=\"2\"} x\n"},
      {"output",
       R"r(stage.json { expressions = { m = "msg" } }
          stage.output { source = "m" })r",
       {R"({"msg":"hello"})", "plain"},
       "{job=\"j\"} hello\n{job=\"j\"} plain\n"},
      {"structured_metadata moves labels",
       R"r(stage.regex { expression = "id=(?P<id>\\d+)" }
          stage.structured_metadata { values = { id = "", from = "job" } })r",
       {"id=7", "x"},
       "{} [from=j] [id=7] id=7\n{} [from=j] x\n"},
      {"structured_metadata by regex, and drop",
       R"r(stage.regex { expression = "(?P<ab>.)(?P<ac>.)" }
           stage.structured_metadata { regex = "^a" }
           stage.labels { values = { ab = "", ac = "" } }
           stage.structured_metadata_drop { values = ["ab"] })r",
       {"xy"},
       "{ab=\"x\", ac=\"y\", job=\"j\"} [ac=y] xy\n"},
      {"structured_metadata by regex, of names that only lines have",
       R"r(stage.json { regex = "^k" }
           stage.structured_metadata { regex = "^k|^n" }
           stage.label_drop { values = ["job"] })r",
       {R"({"k1":"a","k2":2,"q":"c","k\u0033":"\n","k4":null,"k1":"b","n":1})", R"({"k1":"z"})",
        "x"},
       "{} [k1=b] [k2=2] [k3=\n] "
       R"({"k1":"a","k2":2,"q":"c","k\u0033":"\n","k4":null,"k1":"b","n":1})"
       "\n"
       "{} [k1=z] {\"k1\":\"z\"}\n{} x\n"},
      {"logfmt by regex into metadata, cut",
       R"r(stage.logfmt { regex = "^k" }
           stage.truncate {
             rule {
               source_type = "extracted"
               limit = "2B"
             }
           }
           stage.structured_metadata { regex = "^k|^job" })r",
       {"k1=abc k2=\"q\\tr\" q=c", "k3=1"},
       "{} [k1=ab] [k2=q\t] [job=j] k1=abc k2=\"q\\tr\" q=c\n{} [k3=1] [job=j] k3=1\n"},
      {"an event by regex into metadata",
       R"r(stage.regex { expression = "(?P<message>.*)" }
           stage.eventlogmessage { }
           stage.structured_metadata { regex = "^(a|job)" })r",
       {"a: 1"},
       "{} [a=1] [job=j] a: 1\n"},
      {"match keeps order",
       R"r(stage.match {
            selector = "{job=~\"j|k\", none=\"\"} |= \"a\" !~ \"^no\""
            stage.static_labels { values = { m = "1" } }
            stage.drop { expression = "drop" }
          })r",
       {"a1", "b", "a drop", "no a", "a2"},
       "{job=\"j\", m=\"1\"} a1\n{job=\"j\"} b\n{job=\"j\"} no a\n{job=\"j\", m=\"1\"} a2\n"},
      {"match drops",
       R"r(stage.match { selector = "{job=\"j\"} |~ \"b+\""
                         action = "drop" })r",
       {"abba", "aa"},
       "{job=\"j\"} aa\n"},
      {"template",
       R"r(stage.regex { expression = "(?P<level>\\w+)" }
          stage.template { source = "level"
                           template = "{{ .Value | ToUpper }}-{{ .job }}" }
          stage.labels { values = { level = "" } })r",
       {"warn"},
       "{job=\"j\", level=\"WARN-j\"} warn\n"},
      {"template choice, and an empty result deletes",
       R"r(stage.regex { expression = "(?P<c>\\d+)" }
          stage.template { source = "c"
            template = "{{ if eq .Value \"1\" }}one{{ else if .Value }}{{ else }}none{{ end }}" }
          stage.labels { values = { c = "" } })r",
       {"1", "2", "x"},
       "{c=\"one\", job=\"j\"} 1\n{job=\"j\"} 2\n{c=\"none\", job=\"j\"} x\n"},
      {"replace groups",
       R"r(stage.replace { expression = "pass=(\\S+)"
                           replace = "***" })r",
       {"a pass=x b pass=yy c", "none"},
       "{job=\"j\"} a pass=*** b pass=*** c\n{job=\"j\"} none\n"},
      {"replace with a regex that can match nothing",
       R"r(stage.replace { expression = "(x*)"
                           replace = "-" })r",
       {"\u00e91", "xx\u20acx"},
       "{job=\"j\"} -\u00e9-1-\n{job=\"j\"} -\u20ac-\n"},
      {"replace with a template",
       R"r(stage.replace { expression = "(?P<ip>\\d+\\.\\d+)\\.\\d+"
                           replace = "{{ .Value }}.x" }
          stage.labels { values = { ip = "" } })r",
       {"from 10.1.2 to"},
       "{ip=\"10.1.x\", job=\"j\"} from 10.1.x.2 to\n"},
      {"pack",
       R"r(stage.pack { labels = ["job"]
                        ingest_timestamp = false })r",
       {"a \"b\""},
       "{} {\"job\":\"j\",\"_entry\":\"a \\\"b\\\"\"}\n"},
      {"pack takes a label that a stage in front has set",
       R"r(stage.static_labels { values = { c = "x" } }
          stage.pack { labels = ["c", "none"]
                       ingest_timestamp = false })r",
       {"hello"},
       "{job=\"j\"} {\"c\":\"x\",\"_entry\":\"hello\"}\n"},
      {"logfmt escapes are JSON's; a value with another stays as it is",
       R"r(stage.logfmt { mapping = { m = "" } }
          stage.output { source = "m" })r",
       {R"(m="caf\u00e9 \u001b[31mred")", R"(m="\ud83d\ude00 \"q\" \\ \'s\'")",
        R"(m="C:\Users\bob\x.log")", R"(m="\u12")", "k\x80\xff=1 m=\xe9"},
       "{job=\"j\"} caf\u00e9 \x1b[31mred\n{job=\"j\"} \U0001f600 \"q\" \\ 's'\n"
       "{job=\"j\"} C:\\Users\\bob\\x.log\n{job=\"j\"} \\u12\n{job=\"j\"} \xe9\n"},
      {"bytes that are not UTF-8 match as one character",
       R"r(stage.replace { expression = "token=(\\S+)"
                           replace = "<redacted>" }
          stage.regex { expression = "^(?P<level>\\w+): .* end" }
          stage.drop { expression = "^drop.me$" }
          stage.match { selector = "{job=\"j\"} |~ \"^cut.this\""
                        action = "drop" }
          stage.labels { values = { level = "" } })r",
       {"user=Andr\xe9 token=abc\xe9"
        "def\xc3(SECRET rest",
        "error: \xfc"
        "ber end",
        "drop\xe9me", "cut\xe9this"},
       "{job=\"j\"} user=Andr\xe9 token=<redacted> rest\n"
       "{job=\"j\", level=\"error\"} error: \xfc"
       "ber end\n"},
      {"groups may be named as Go has it, too",
       R"r(stage.regex { expression = "^(?<level>[A-Z]+) (?P<rest>.*)$" }
          stage.regex { expression = "(?:(?<a>x)|(?<b>y))$" }
          stage.labels { values = { level = "", rest = "", a = "", b = "" } })r",
       {"INFO y"},
       "{b=\"y\", job=\"j\", level=\"INFO\", rest=\"y\"} INFO y\n"},
      {"logfmt",
       R"r(stage.logfmt { mapping = { level = "", m = "msg" } }
          stage.labels { values = { level = "", m = "" } })r",
       {R"(level=info msg="a \"b\"" x=1)", "level=warn broken=\"x"},
       "{job=\"j\", level=\"info\", m=\"a \\\"b\\\"\"} level=info msg=\"a \\\"b\\\"\" x=1\n"
       "{job=\"j\", level=\"warn\"} level=warn broken=\"x\n"},
      {"a key of logfmt without a value has an empty one",
       R"r(stage.logfmt { mapping = { flag = "", a = "" } }
          stage.template { source = "out"
                           template = "[{{ .flag }}|{{ .a }}]" }
          stage.output { source = "out" })r",
       {"flag a=1", "a=1 flag", "flag= a", "a=\"\" flag=x"},
       "{job=\"j\"} [|1]\n{job=\"j\"} [|1]\n{job=\"j\"} [|]\n{job=\"j\"} [x|]\n"},
      {"integers of JSON keep their digits",
       R"r(stage.json { expressions = { id = "" } }
          stage.output { source = "id" })r",
       {R"({"id":9007199254740993})", R"({"id":12345678901234567890})",
        R"({"id":-9223372036854775807})", R"({"id":1.50})", R"({"id":1e3})"},
       "{job=\"j\"} 9007199254740993\n{job=\"j\"} 12345678901234567890\n"
       "{job=\"j\"} -9223372036854775807\n{job=\"j\"} 1.5\n{job=\"j\"} 1000\n"},
      {"tenant",
       R"r(stage.tenant { label = "job" }
          stage.labels { values = { t = "__tenant_id__" } })r",
       {"x"},
       "{job=\"j\"} x\n"},
      {"decolorize: other sequences",
       "stage.decolorize { }",
       {"\x1b[1mbold \x1b(B\x1b[mx \x1b]0;title\x07y \xc2\x9b"
        "31mz \x1b[38:5:1mw \xc2\x9bq"},
       "{job=\"j\"} bold x y z w \n"},
      {"decolorize: links and commands without an end",
       "stage.decolorize { }",
       {"\x1b]8;;http://a/b?c\x07one\x1b]8;;\x07 \x1b]8;id=1;file:///x\x1b\\two\x1b]8;;\x1b\\ end",
        "\x1b]52;no end"},
       "{job=\"j\"} one two end\n{job=\"j\"} \x1b]52;no end\n"},
      {"decolorize", "stage.decolorize { }", {"\x1b[31mred\x1b[0m x"}, "{job=\"j\"} red x\n"},
      {"docker",
       "stage.docker { }",
       {R"({"log":"hi\n","stream":"stderr","time":"1970-01-01T00:00:01.5Z"})", "x", "{}"},
       "{job=\"j\", stream=\"stderr\"} hi\n\n{job=\"j\"} x\n{job=\"j\"} {}\n"},
      {"docker: a stream that is not UTF-8 is no label",
       "stage.docker { }",
       {"{\"log\":\"hi\",\"stream\":\"\xff\"}"},
       "{job=\"j\"} hi\n"},
      {"cri",
       "stage.cri { }",
       {"2024-01-01T00:00:00Z stdout F hello", "2024-01-01T00:00:00Z stdout P one ",
        "2024-01-01T00:00:00Z stderr F other", "2024-01-01T00:00:00Z stdout F two", "junk"},
       "{job=\"j\", stream=\"stdout\"} hello\n{job=\"j\", stream=\"stderr\"} other\n"
       "{job=\"j\", stream=\"stdout\"} one two\n{job=\"j\"} junk\n"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.what);
    Fixture fixture(c.stages);
    CHECK(fixture.run(c.in) == c.want);
    CHECK(fixture.checked.messages == "");
    if (fixture.checked.arguments) CHECK(fixture.run(c.in) == c.want);  // What memos remember.
  }
}

TEST_CASE("loki.process: stage.drop") {
  struct Case {
    std::string_view what, attributes;
    std::vector<std::string> in;
    std::string_view left;
  };
  const std::string_view extract = "stage.regex { expression = \"^(?P<a>\\\\w)(?P<b>\\\\d)?\" }\n";
  const Case cases[] = {
      {"longer", "longer_than = \"3B\"", {"123", "1234"}, "123 "},
      {"regex", "expression = \"b\"", {"abc", "ac"}, "ac "},
      {"older", "older_than = \"1h\"", {"of 1970"}, ""},
      {"source there", "source = \"a\"", {"x", "-"}, "- "},
      {"value", "source = \"a\"\nvalue = \"x\"", {"x", "y"}, "y "},
      {"joined", "source = \"a,b\"\nexpression = \"^x;1$\"", {"x1", "x", "y1"}, "x y1 "},
      {"all conditions", "expression = \"a\"\nlonger_than = \"1B\"", {"a", "ab", "b"}, "a b "},
  };
  for (const Case& c : cases) {
    CAPTURE(c.what);
    Fixture fixture(fmt::format("{}stage.drop {{ {} }}", extract, c.attributes));
    REQUIRE_MESSAGE(fixture.checked.arguments, fixture.checked.messages);
    const auto batch = fixture.process(lines(c.in));
    std::string left;
    for (const auto& entry : batch.entries) left += fmt::format("{} ", batch.line(entry));
    CHECK(left == c.left);
    CHECK(fixture.exposes(
        fmt::format("reason=\"drop_stage\"}} {}", c.in.size() - batch.entries.size())));
  }
}

TEST_CASE("loki.process: what stage.json drops is counted") {
  Fixture fixture("stage.json {\nexpressions = { a = \"\" }\ndrop_malformed = true\n}");
  CHECK(fixture.run({"{}", "x", "[]"}) == "{job=\"j\"} {}\n");
  CHECK(fixture.exposes("reason=\"json_stage\"} 2"));
}

TEST_CASE("loki.process: stage.timestamp") {
  Fixture seconds(R"r(stage.regex { expression = "^(?P<t>\\S+)" }
                     stage.timestamp { source = "t"
                                       format = "Unix" })r");
  // A time that does not parse, and one that was just there, follow the one before.
  CHECK(seconds.run({"x", "1.5", "x", "2", "2", "3"}, true) ==
        "1 {job=\"j\"} x\n1500000000 {job=\"j\"} 1.5\n1500000001 {job=\"j\"} x\n"
        "2000000000 {job=\"j\"} 2\n2000000001 {job=\"j\"} 2\n3000000000 {job=\"j\"} 3\n");
  Fixture strict(R"r(stage.regex { expression = "^(?P<t>\\S+)"
  }
                    stage.timestamp { source = "t"
                                      format = "RFC3339"
                                      fallback_formats = ["Unix"]
                                      action_on_failure = "skip"
                                      action_on_duplicate_timestamp = "keep" })r");
  CHECK(strict.run({"1970-01-01T00:00:02+00:00", "2", "x"}, true) ==
        "2000000000 {job=\"j\"} 1970-01-01T00:00:02+00:00\n2000000000 {job=\"j\"} 2\n"
        "3 {job=\"j\"} x\n");
  Fixture local(
      R"r(stage.timestamp { source = "job"
                            format = "2006-01-02 15:04:05"
                            location = "Europe/Berlin" })r");
  const auto batch = local.process(lines({"x"}, {{"job", "2024-07-01 02:00:00"}}));
  CHECK(batch.entries[0].timestamp_ns == 1719792000LL * 1'000'000'000);
}

TEST_CASE("loki.process: values that only a regex reads stay with the block that they came in") {
  Fixture fixture(
      "stage.logfmt { regex = \"^k\" }\nstage.multiline { firstline = \"^k\" }\n"
      "stage.structured_metadata { regex = \"^k\" }");
  CHECK(fixture.run({"k1=a", "more"}) == "");
  CHECK(fixture.run({"and more", "k2=b"}) == "{job=\"j\"} [k1=a] k1=a\nmore\nand more\n");
  CHECK(print(fixture.flush(Clock::time_point::max())) == "{job=\"j\"} [k2=b] k2=b\n");
}

TEST_CASE("loki.process: what checking says") {
  struct Case {
    std::string_view stages;
    std::vector<std::string> want;
  };
  const Case cases[] = {
      {"stage.json { }", {"C079"}},
      {"stage.json { expressions = { a = \"b[*].c\" } }", {"C080"}},
      {"stage.json { expressions = { a = \"length(b)\" } }", {"C080"}},
      {"stage.labels { values = { } }", {"C081"}},
      {"stage.labels { values = { \"a-b\" = \"\" } }", {"C024"}},
      {"stage.labels { values = { a = \"\" }\nsource_type = \"line\" }", {"C083"}},
      {"stage.regex { expression = \"(\" }", {"C020"}},
      {"stage.regex { expression = \"(a)\" }", {"C082"}},
      {"stage.drop { }", {"C083"}},
      {"stage.drop { value = \"x\"\nexpression = \"y\" }", {"C043", "C083"}},
      {"stage.match { selector = \"{a=}\" }", {"C084", "C089"}},
      {"stage.match { selector = \"{}\"\naction = \"drop\" }", {"C084"}},
      {"stage.match { selector = \"{a=\\\"b\\\"}\"\naction = \"dropp\" }", {"C025"}},
      {"stage.template { source = \"a\"\ntemplate = \"{{ range . }}{{ end }}\" "
       "}",
       {"C085"}},
      {"stage.template { source = \"a\"\ntemplate = \"{{ .a | nope }}\" }", {"C085"}},
      {"stage.timestamp { source = \"a\"\nformat = \"yyyy-mm\" }", {"C086"}},
      {"stage.tenant { }", {"C087"}},
      {"stage.sampling { rate = 2 }", {"C088"}},
      {"stage.match { selector = \"{a=\\\"b\\\"}\"\nstage.json { }\n}", {"C079"}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.stages);
    const Checked checked = check(c.stages);
    CAPTURE(checked.messages);
    CHECK(checked.codes == c.want);
  }
}

TEST_CASE(
    "loki.process: the component counts, passes acks on, and abandons after "
    "stop") {
  base::metrics::Registry registry;
  river::Value exports;
  const auto sink = std::make_shared<support::LogSink>();
  Checked checked = check("stage.drop { expression = \"drop\" }");
  REQUIRE(checked.arguments);
  checked.arguments->forward_to = {{sink}};
  Process component({.id = "p",
                     .data_dir = {},
                     .metrics = base::metrics::Scope(registry, "p"),
                     .log = base::Logger("p"),
                     .publish = [&](river::Value value) { exports = std::move(value); }},
                    *checked.arguments);
  REQUIRE(exports.field("receiver") != nullptr);
  auto& receiver =
      *static_cast<telemetry::LogReceiver*>(exports.field("receiver")->as_capsule()->pointer.get());
  std::vector<bool> acks;
  const auto send = [&](const std::vector<std::string>& texts) {
    auto batch = lines(texts);
    batch.ack = telemetry::Ack([&](bool delivered) { acks.push_back(delivered); });
    receiver.receive(std::move(batch));
  };
  send({"a", "drop", "b"});
  send({"drop"});
  CHECK(acks == std::vector<bool>{true, true});
  REQUIRE(sink->lines().size() == 2);
  CHECK(sink->lines()[1].text == "b");
  const std::string exposed = registry.expose();
  CHECK(exposed.find(flow_series("received_total 4")) != exposed.npos);
  CHECK(exposed.find(flow_series("sent_total 2")) != exposed.npos);
  CHECK(exposed.find("{component_id=\"p\",reason=\"drop_stage\"} 2") != exposed.npos);
  component.stop();
  send({"late"});
  CHECK(acks.back() == false);
}

}  // namespace components::loki::process
