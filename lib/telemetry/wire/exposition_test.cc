#include "telemetry/wire/exposition.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <bit>
#include <cmath>

namespace telemetry::wire {
namespace {

using Format = ExpositionReader::Format;
using Item = ExpositionReader::Item;
constexpr Format kText = Format::text;
constexpr Format kOpenMetrics = Format::open_metrics;

std::string name_of(MetricType type) {
  constexpr std::string_view kNames[] = {"unknown",        "counter", "gauge", "histogram",
                                         "gaugehistogram", "summary", "info",  "stateset"};
  return std::string(kNames[static_cast<size_t>(type)]);
}

std::string show(const std::vector<LabelView>& labels) {
  std::string out;
  for (const LabelView& label : labels) out += fmt::format("{}=<{}>,", label.name, label.value);
  return out;
}

/// All items, one after the other: "name{a=<x>,}=1@2 #{..}=3@4; TYPE name counter; ..."; ends with
/// the error.
std::string read(std::string_view body, Format format) {
  ExpositionReader reader(body, format);
  std::string out;
  while (true) {
    switch (reader.next()) {
      case Item::end:
        return out;
      case Item::failed:
        return out + "! " + reader.error();
      case Item::type:
        out += fmt::format("TYPE {} {}; ", reader.family(), name_of(reader.type()));
        break;
      case Item::help:
        out += fmt::format("HELP {} <{}>; ", reader.family(), reader.text());
        break;
      case Item::unit:
        out += fmt::format("UNIT {} <{}>; ", reader.family(), reader.text());
        break;
      case Item::series:
        if (!reader.read_series() || !reader.read_point()) break;
        out += fmt::format("{}{{{}}}={}", reader.name(), show(reader.labels()), reader.value());
        if (reader.time_ms()) out += fmt::format("@{}", *reader.time_ms());
        if (const Exemplar* exemplar = reader.exemplar()) {
          out += fmt::format(" #{{{}}}={}", show(exemplar->labels), exemplar->value);
          if (exemplar->time_ms) out += fmt::format("@{}", *exemplar->time_ms);
        }
        out += "; ";
    }
  }
}

struct Case {
  std::string_view body;
  std::string_view items;
};

}  // namespace

TEST_CASE("exposition: what Prometheus takes of the text format is taken") {
  using namespace std::string_view_literals;
  constexpr Case kCases[] = {
      {"", ""},
      {"\n \t\n", ""},
      {"a 1", "a{}=1; "},
      {"a 1\nb 2\n", "a{}=1; b{}=2; "},
      {"a{} 1\n", "a{}=1; "},
      {"a{b=\"c\"}1\n", "a{b=<c>,}=1; "},
      {"a { b = \"c\" }\t1 \t 5 \n", "a{b=<c>,}=1@5; "},
      {"a{b=\"c\",} 1\n", "a{b=<c>,}=1; "},
      {"a{b=\"c\" d=\"e\"} 1\n", "a{b=<c>,d=<e>,}=1; "},
      {"a{b=\"c\",b=\"d\"} 1\n", "a{b=<c>,b=<d>,}=1; "},
      {"a{__name__=\"x\"} 1\n", "a{__name__=<x>,}=1; "},
      {"a:b{c=\"d\"} 1\n", "a:b{c=<d>,}=1; "},
      {R"(a{b="\\ \" \n \t"} 1)", "a{b=<\\ \" \n \\t>,}=1; "},
      {"a{b=\"x\ny\"} 1\n", "a{b=<x\ny>,}=1; "},
      {"a{b=\"x\0y\"} 1\n"sv, "a{b=<x\0y>,}=1; "sv},
      {R"({"a.b",c="d"} 1)", "a.b{c=<d>,}=1; "},
      {R"({c="d","a.b"} 1)", "a.b{c=<d>,}=1; "},
      {R"({"a.b"} 1)", "a.b{}=1; "},
      {R"(a{"b.c"="d"} 1)", "a{b.c=<d>,}=1; "},
      {"a +Inf\nb -inf\nc Infinity\n", "a{}=inf; b{}=-inf; c{}=inf; "},
      {"a NaN\n", "a{}=nan; "},
      {"a 1e-400\n", "a{}=0; "},
      {"a 1 9223372036854775807\n", "a{}=1@9223372036854775807; "},
      {"# a comment\n#\n#HELP a b\n# EOF\n#TYPE\n", ""},
      {"# HELP a b \\\\ \\n \\\"\n", "HELP a <b \\ \n \\\">; "},
      {"# HELP a\n# HELP b \n", "HELP a <>; HELP b <>; "},
      {"# HELP \"a.b\" c\n", "HELP a.b <c>; "},
      {"#  TYPE\ta counter\n  # TYPE b untyped", "TYPE a counter; TYPE b unknown; "},
      {"# TYPE a counter\n# TYPE a gauge\na 1\n# HELP a b\n",
       "TYPE a counter; TYPE a gauge; a{}=1; HELP a <b>; "},
      {"# UNIT a seconds\n", ""},
  };
  for (const Case& c : kCases) {
    CAPTURE(c.body);
    CHECK(read(c.body, kText) == c.items);
  }
}

TEST_CASE("exposition: one bad line of the text format ends it, and says where") {
  constexpr Case kCases[] = {
      {"a 1\r\n", "! line 1: expected a value, got \"1\\r\""},
      {"\xEF\xBB\xBF"
       "a 1\n",
       "! line 1: expected the name of a metric, got \"\xEF\xBB\xBF"
       "a 1\""},
      {"a 1\n b 2\n", "a{}=1; ! line 2: a name cannot begin with a blank, got \"b 2\""},
      {"a{,b=\"c\"} 1\n", "! line 1: expected the name of a label or }, got \",b=\\\"c\\\"} 1\""},
      {"a{b=\"c\",,} 1\n", "! line 1: expected the name of a label or }, got \",} 1\""},
      {"a{b='c'} 1\n", "! line 1: expected the value of a label in double quotes, got \"'c'} 1\""},
      {"a{b=\"\xff\"} 1\n", "! line 1: the value of a label is not UTF-8, got \"} 1\""},
      {"a{b:c=\"d\"} 1\n",
       "! line 1: expected = after the name of a label, got \":c=\\\"d\\\"} 1\""},
      {"a{b=\"c} 1\n",
       "! line 1: expected the value of a label in double quotes, got \"\\\"c} 1\""},
      {"a{b=\"c\"\n", "! line 1: expected the name of a label or }"},
      {"a\n", "! line 1: expected a value"},
      {"a x\n", "! line 1: expected a value, got \"x\""},
      {"a +NaN\n", "! line 1: expected a value, got \"+NaN\""},
      {"a 1_0\n", "! line 1: expected a value, got \"1_0\""},
      {"a 0x1\n", "! line 1: expected a value, got \"0x1\""},
      {"a 1e400\n", "! line 1: expected a value, got \"1e400\""},
      {"a 1 -1\n", "! line 1: expected a time in milliseconds or the end of the line"},
      {"a 1 1.5\n", "! line 1: expected a time in milliseconds or the end of the line"},
      {"a 1 2 3\n", "! line 1: expected the end of the line, got \"3\""},
      {"a 1 # {b=\"c\"} 1\n",
       "! line 1: expected a time in milliseconds or the end of the line, got \" {b=\\\"c\\\"} "
       "1\""},
      {"{b=\"c\"} 1\n", "! line 1: no name of a metric among the labels, got \" 1\""},
      {R"({"a","b"} 1)", "! line 1: the metric has a second name, got \"} 1\""},
      {R"(a{"b"} 1)", "! line 1: the metric has a second name, got \"} 1\""},
      {"# TYPE a unknown\n", "! line 1: expected the type of a metric, got \"unknown\""},
      {"# TYPE a counter \n", "! line 1: expected the type of a metric, got \"counter \""},
      {"# TYPE a  counter\n", "! line 1: expected the type of a metric, got \" counter\""},
      {"# TYPE a\n", "! line 1: expected the type of a metric"},
      {"a 1\n\n# TYPE a info\n", "a{}=1; ! line 3: expected the type of a metric, got \"info\""},
      {"# HELP 1a b\n", "! line 1: expected the name of a metric, got \"1a b\""},
      {"# HELP a \xff\n", "! line 1: the text is not UTF-8"},
  };
  for (const Case& c : kCases) {
    CAPTURE(c.body);
    CHECK(read(c.body, kText) == c.items);
  }
}

TEST_CASE("exposition: OpenMetrics is read with its own rules") {
  constexpr Case kCases[] = {
      {"# EOF", ""},
      {"# EOF\n", ""},
      {"a 1\n# EOF", "a{}=1; "},
      {"a{b=\"c\",d=\"e\",} 1 1.5\n# EOF\n", "a{b=<c>,d=<e>,}=1@1500; "},
      {"a 1 -1\nb 1 1e3\n# EOF\n", "a{}=1@-1000; b{}=1@1000000; "},
      {"a 1 1.0009\n# EOF\n", "a{}=1@1000; "},
      {R"(a 1 # {b="c"} 2)"
       "\n# EOF\n",
       "a{}=1 #{b=<c>,}=2; "},
      {R"(a 1 5 # {b="c",d="e"} 2 3.5)"
       "\n# EOF\n",
       "a{}=1@5000 #{b=<c>,d=<e>,}=2@3500; "},
      {"a 1 # {} 2\n# EOF\n", "a{}=1 #{}=2; "},
      {"# HELP a b \\\" \\\\ \\n\n# EOF\n", "HELP a <b \" \\ \n>; "},
      {"# TYPE a info\n# TYPE b stateset\n# TYPE c unknown\n# TYPE d gaugehistogram\n# EOF\n",
       "TYPE a info; TYPE b stateset; TYPE c unknown; TYPE d gaugehistogram; "},
      {"# UNIT a_seconds seconds\n# UNIT b \n# EOF\n", "UNIT a_seconds <seconds>; UNIT b <>; "},
      {R"({"a.b",c="d"} 1)"
       "\n# EOF\n",
       "a.b{c=<d>,}=1; "},
      // Refused.
      {"a 1\n", "a{}=1; ! line 2: the data does not end with # EOF"},
      {"", "! line 1: the data does not end with # EOF"},
      {"# EOF\n\n", "! line 2: nothing may follow # EOF"},
      {"# EOF\na 1\n", "! line 2: nothing may follow # EOF, got \"a 1\""},
      {"\n# EOF\n", "! line 1: expected the name of a metric"},
      {"# a comment\n# EOF\n",
       "! line 1: expected HELP, TYPE, UNIT or EOF after #, got \" a comment\""},
      {"# TYPE a untyped\n# EOF\n", "! line 1: expected the type of a metric, got \"untyped\""},
      {"# UNIT a seconds\n# EOF\n", "! line 1: the name of the metric does not end in its unit"},
      {"a  1\n# EOF\n", "! line 1: expected a blank before the value, got \" 1\""},
      {"a\t1\n# EOF\n", "! line 1: expected a blank before the value, got \"\\t1\""},
      {"a{b=\"c\", d=\"e\"} 1\n# EOF\n",
       "! line 1: expected the name of a label or }, got \" d=\\\"e\\\"} 1\""},
      {"a{b=\"c\"d=\"e\"} 1\n# EOF\n",
       "! line 1: expected , or } after the value of a label, got \"d=\\\"e\\\"} 1\""},
      {"a 1 NaN\n# EOF\n", "! line 1: the time is out of range"},
      {"a 1 +Inf\n# EOF\n", "! line 1: the time is out of range"},
      {"a 1 x\n# EOF\n", "! line 1: expected a time in seconds, got \"x\""},
      {"a 1 # {b=\"c\"}\n# EOF\n", "! line 1: expected a blank before the value of an exemplar"},
  };
  for (const Case& c : kCases) {
    CAPTURE(c.body);
    CHECK(read(c.body, kOpenMetrics) == c.items);
  }
}

TEST_CASE("exposition: a NaN of a target is never the marker of a stale series") {
  ExpositionReader reader("a nan\n", kText);
  REQUIRE(reader.next() == Item::series);
  REQUIRE(reader.read_series());
  REQUIRE(reader.read_point());
  CHECK(std::bit_cast<uint64_t>(reader.value()) == 0x7ff8000000000001);
}

TEST_CASE("exposition: a series is skipped when its text is the known one, and only then") {
  struct Known {
    std::string_view body;
    std::string_view known;
    bool skipped;
  };
  constexpr Known kKnown[] = {
      {"a 1\n", "a", true},
      {"a\t1\n", "a", true},
      {"a{b=\"c\"} 1\n", "a{b=\"c\"}", true},
      {"a{b=\"c\"}1\n", "a{b=\"c\"}", true},
      {"ab 1\n", "a", false},
      {"a {b=\"c\"} 1\n", "a", false},
      {"a{b=\"c\"} 1\n", "a", false},
      {"a{b=\"d\"} 1\n", "a{b=\"c\"}", false},
      {"a", "a", false},
      {"a 1\n", "a{b=\"c\"}", false},
  };
  for (const Known& c : kKnown) {
    CAPTURE(c.body);
    ExpositionReader reader(c.body, kText);
    REQUIRE(reader.next() == Item::series);
    CHECK(reader.skip_series(c.known) == c.skipped);
    if (!c.skipped) continue;
    CHECK(reader.series_text() == c.known);
    CHECK(reader.read_point());
    CHECK(reader.value() == 1);
    CHECK(reader.next() == Item::end);
  }
}

}  // namespace telemetry::wire
