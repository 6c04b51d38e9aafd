#include "river/diag/render.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "base/json.h"

using namespace river::diag;

namespace {

// The span of the text between « and », which are taken out.
struct Marked {
  SourceMap sources;
  Span span;

  explicit Marked(std::string text, std::string name = "cfg") {
    const std::string open = "«", close = "»";
    const auto begin = text.find(open);
    text.erase(begin, open.size());
    const auto end = text.find(close);
    text.erase(end, close.size());
    const auto base = sources.add(std::move(name), std::move(text)).base;
    span = {base + static_cast<uint32_t>(begin), base + static_cast<uint32_t>(end)};
  }

  std::string render(OutputFormat format = OutputFormat::text) const {
    Diagnostics diagnostics;
    diagnostics.error("R001", span, "boom");
    return river::diag::render(diagnostics, sources, format);
  }
};

std::string lines(int count) {
  std::string out;
  for (int i = 1; i <= count; ++i) out += fmt::format("l{}\n", i);
  return out;
}

}  // namespace

TEST_CASE("visible: what is not UTF-8 is replaced") {
  struct Case {
    std::string_view in, want;
  };
  const Case cases[] = {{"", ""},
                        {"a\xC3\xBC\xE2\x82\xAC\xF0\x9F\x99\x82", "aü€🙂"},
                        {"a\xFFz", "a\uFFFDz"},
                        {"\xC3", "\uFFFD"},
                        {"\xC0\xAF", "\uFFFD\uFFFD"},                      // Overlong.
                        {"\xE0\x80\x80", "\uFFFD\uFFFD\uFFFD"},            // Overlong.
                        {"\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD"},            // A surrogate.
                        {"\xF4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"},  // Above the last.
                        {"\xE2\x82", "\uFFFD\uFFFD"}};
  for (const auto& c : cases) {
    CAPTURE(c.in);
    CHECK(visible(c.in) == c.want);
  }
}

TEST_CASE("visible: control characters are spelled out") {
  CHECK(visible("a\x1b[31m\tb\nc\r\x7F\u009B\u202E") ==
        "a\\u{1b}[31m\tb\nc\\u{d}\\u{7f}\\u{9b}\\u{202e}");
  CHECK(visible_line("a\tb\nc\x07") == "a b c\\u{7}");
  CHECK(in_columns("a\x1b[31m\u009B\xFFz") == "a\u241B[31m\uFFFD\uFFFDz");
}

TEST_CASE("render: findings show no control characters of what they are about") {
  const Marked marked("a\xFF\x1b[31mb = «1»\n", "cfg\x1b]0;x\x07");
  for (const auto format : {OutputFormat::text, OutputFormat::github, OutputFormat::json}) {
    Diagnostics diagnostics;
    diagnostics.error("R001", marked.span, "no \x1b[2J here")
        .note(marked.span, "nor \x1b here")
        .with_help("take \x1b out");
    const std::string shown = render(diagnostics, marked.sources, format);
    for (const char c : {'\x1b', '\x07', '\xFF'}) CHECK(shown.find(c) == shown.npos);
  }
  CHECK(marked.render().find("1 | a\uFFFD\u241B[31mb = 1\n  |            ^\n") !=
        std::string::npos);
}

TEST_CASE("render: secrets are not shown") {
  const Marked marked("a = «\"hunter2\"»\n");
  const Marked neighbour("«a» = 1\npassword = \"hunter2\"\n");
  for (const auto format :
       {OutputFormat::text, OutputFormat::json, OutputFormat::sarif, OutputFormat::github}) {
    Diagnostics diagnostics;
    diagnostics.error("F050", marked.span, "in plain text")
        .with_help("use sys.env")
        .without_source();
    const std::string shown = render(diagnostics, marked.sources, format);
    CHECK(shown.find("in plain text") != std::string::npos);
    CHECK(shown.find("use sys.env") != std::string::npos);
    CHECK(shown.find("hunter2") == std::string::npos);
    CHECK(neighbour.render(format).find("hunter2") == std::string::npos);
  }
}

TEST_CASE("render: marks stay under what is shown of a line with a secret") {
  struct Case {
    std::string in, want;
  };
  for (const auto& c : {
           Case{"password: «hunter2hunter2»", "1 | password: ****\n  |           ^^^^\n"},
           Case{"«password»: hunter2hunter2", "1 | password: ****\n  | ^^^^^^^^\n"},
           Case{"password: hunter2 «x»", "1 | password: ****\n  |           ^^^^\n"},
       }) {
    CAPTURE(c.in);
    CHECK(Marked(c.in).render().ends_with("boom\n\n" + c.want));
  }
}

TEST_CASE("render: passwords in URLs are hidden, and the carets stay where they were") {
  struct Case {
    const char *in, *want;
  };
  for (const Case& c : {
           Case{"http://user:pw@host/a:b@c", "http://user:**@host/a:b@c"},
           Case{"a = \"http://u:p@ss@h\" b = \"https://u:ä1@h:1\"",
                "a = \"http://u:****@h\" b = \"https://u:**@h:1\""},
           Case{"http://user@host, http://host:80/x, a://",
                "http://user@host, http://host:80/x, a://"},
           Case{"http://u:p", "http://u:p"},
       }) {
    CAPTURE(c.in);
    CHECK(without_passwords(c.in) == c.want);
  }
  const Marked marked("url = \"http://u:hünter@«h:0»\"\n");
  Diagnostics diagnostics;
  diagnostics.error("C022", marked.span, "boom");
  CHECK(render(diagnostics, marked.sources, OutputFormat::text)
            .find("1 | url = \"http://u:******@h:0\"\n  |                        ^^^\n") !=
        std::string::npos);
}

TEST_CASE("render: the excerpt") {
  struct Case {
    std::string in, want;
  };
  for (const auto& c : {
           Case{"a = 1\nb = «x»\nc = 2\nd = 3\n",
                "cfg:2:5: boom\n\n1 | a = 1\n2 | b = x\n  |     ^\n3 | c = 2\n"},
           Case{"\tbb = «xyz»", "cfg:1:7: boom\n\n1 |     bb = xyz\n  |          ^^^\n"},
           Case{"é = «éé»", "cfg:1:6: boom\n\n1 | é = éé\n  |     ^^\n"},
           Case{"a = 1«\n»b", "cfg:1:6: boom\n\n1 | a = 1\n  |      ^\n2 | b\n"},
           Case{"a = 1«\r\n»b", "cfg:1:6: boom\n\n1 | a = 1\n  |      ^\n2 | b\n"},
           Case{"a\n«»", "cfg:2:1: boom\n\n1 | a\n2 |\n  | ^\n"},
           Case{"", "cfg:1:1: boom\n\n1 |\n  | ^\n"},
           Case{lines(8) + "«l9»\nl10\n", "cfg:9:1: boom\n\n 8 | l8\n 9 | l9\n   | ^^\n10 | l10\n"},
           Case{"a = 1\n\t«b = [\n\t\t1,\n\t]»\nc = \"x\"",
                "cfg:2:2: boom\n\n1 |   a = 1\n2 |       b = [\n  |  _____^^^^^\n"
                "3 | |         1,\n4 | |     ]\n  | |_____^\n5 |   c = \"x\"\n"},
           Case{
               "«" + lines(20) + "}»",
               "cfg:1:1: boom\n\n 1 |   l1\n   |  _^^\n 2 | | l2\n 3 | | l3\n 4 | | l4\n 5 | | l5\n"
               "   | | ...\n19 | | l19\n20 | | l20\n21 | | }\n   | |_^\n"},
       }) {
    CAPTURE(c.in);
    CHECK(Marked(c.in.empty() ? "«»" : c.in).render() == "Error[R001]: " + c.want);
  }
}

TEST_CASE("render: a long line is cut around the place") {
  struct Case {
    std::string in, want;
  };
  const std::string a(100, 'a'), b(100, 'b'), e = "\u00e9";
  // Four of the 40 columns are the line's number and its separator, two more a gutter's.
  const auto dots = [](size_t count, char c) { return std::string(count, c); };
  for (const auto& c : {
           Case{"«x»" + a, "1 | x" + dots(32, 'a') + "…\n  | ^\n"},
           Case{a + "«x»", "1 | …" + dots(32, 'a') + "x\n  | " + dots(33, ' ') + "^\n"},
           Case{a + "«x»" + b,
                "1 | …" + dots(7, 'a') + "x" + dots(24, 'b') + "…\n  | " + dots(8, ' ') + "^\n"},
           Case{"«" + a + b + "»", "1 | " + dots(33, 'a') + "…\n  | " + dots(34, '^') + "\n"},
           Case{a + e + "«x»" + e + b, "1 | …" + dots(6, 'a') + e + "x" + e + dots(23, 'b') +
                                           "…\n  | " + dots(8, ' ') + "^\n"},
           Case{a + "\n«x»\n" + b,
                "1 | " + dots(33, 'a') + "…\n2 | x\n  | ^\n3 | " + dots(33, 'b') + "…\n"},
           Case{"«" + a + "\n" + b + "»", "1 |   " + dots(33, 'a') + "…\n  |  _" + dots(34, '^') +
                                              "\n2 | | …" + dots(33, 'b') + "\n  | |_" +
                                              dots(34, '^') + "\n"},
           // As wide as there is room: nothing is left out.
           Case{"«x»" + dots(33, 'a'), "1 | x" + dots(33, 'a') + "\n  | ^\n"},
       }) {
    CAPTURE(c.in);
    const Marked marked(c.in);
    CHECK(excerpt(marked.span, marked.sources, 1, 40) == c.want);
  }
}

TEST_CASE("render: notes, help, unknown places, several findings") {
  Marked marked("k {\n«x»\n");
  Diagnostics diagnostics;
  diagnostics.error("R010", marked.span, "first").note({1, 2}, "here").with_help("do so");
  diagnostics.warning("C090", {}, "second");
  CHECK(render(diagnostics, marked.sources, OutputFormat::text) ==
        "Error[R010]: cfg:2:1: first\n\n1 | k {\n2 | x\n  | ^\n3 |\n\n"
        "note: cfg:1:1: here\n\n1 | k {\n  | ^\n\nhelp: do so\n\nWarning[C090]: -: second\n");
  CHECK(one_line(diagnostics.items()[0], marked.sources) == "cfg:2:1: error[R010]: first");
  CHECK(render(Diagnostics(), marked.sources, OutputFormat::text) == "");
}

TEST_CASE("render: colour") {
  CHECK(Marked("«a»").render(OutputFormat::text_colour) ==
        "\x1b[31;1mError[R001]: \x1b[0m\x1b[1mcfg:1:1: boom\x1b[0m\n\n1 | a\n  | ^\n");
}

TEST_CASE("render: JSON lines") {
  CHECK(
      Marked("a\n«bc»").render(OutputFormat::json) ==
      "{\"severity\":\"error\",\"code\":\"R001\",\"message\":\"boom\",\"file\":\"cfg\",\"line\":2,"
      "\"column\":1,\"end_line\":2,\"end_column\":3}\n");
  Diagnostics diagnostics;
  diagnostics.warning("R001", {}, "\xFF").note({}, "n").with_help("h");
  CHECK(render(diagnostics, SourceMap(), OutputFormat::json) ==
        "{\"severity\":\"warning\",\"code\":\"R001\",\"message\":\"\uFFFD\","
        "\"notes\":[{\"message\":\"n\"}],\"help\":\"h\"}\n");
}

TEST_CASE("render: SARIF") {
  const auto log = base::parse_json(Marked("é«é»", "a b/ü").render(OutputFormat::sarif));
  const auto& run = log["runs"][0];
  const auto& location = run["results"][0]["locations"][0]["physicalLocation"];
  CHECK(log["version"] == "2.1.0");
  CHECK(run["tool"]["driver"]["rules"][0]["id"] == "R001");
  CHECK(run["results"][0]["level"] == "error");
  CHECK(location["artifactLocation"]["uri"] == "a%20b/%C3%BC");
  CHECK(location["region"]["startColumn"] == 2);
  CHECK(location["region"]["endColumn"] == 3);
  const auto none = base::parse_json(render(Diagnostics(), SourceMap(), OutputFormat::sarif));
  CHECK(none["runs"][0]["results"].empty());
}

TEST_CASE("render: GitHub annotations") {
  CHECK(Marked("«a»", "x,y:z").render(OutputFormat::github) ==
        "::error file=x%2Cy%3Az,line=1,endLine=1,col=1,endColumn=2,title=R001::boom\n");
  Diagnostics diagnostics;
  diagnostics.warning("R001", {}, "50 %\nof it").with_help("h");
  CHECK(render(diagnostics, SourceMap(), OutputFormat::github) ==
        "::warning title=R001::50 %25%0Aof it%0Ahelp: h\n");
}

TEST_CASE("source map: files, places and lines") {
  SourceMap sources;
  const auto& a = sources.add("a", "x\ny");
  const auto& b = sources.add("b", "");
  const auto& c = sources.add("c", "z\n");
  CHECK(sources.file(0) == nullptr);
  CHECK(sources.file(a.base + 3) == &a);
  CHECK(sources.file(b.base) == &b);
  CHECK(sources.file(c.base) == &c);
  CHECK(sources.file(c.base + 3) == nullptr);
  CHECK(sources.position(a.base + 2).line == 2);
  CHECK(sources.position(a.base + 1).column == 2);
  CHECK(sources.position(0).line == 0);
  CHECK(sources.text({c.base, c.base + 1}) == "z");
  CHECK(c.line(2) == "");
  CHECK(join({0, 0}, {1, 2}) == Span{1, 2});
  CHECK(join({1, 2}, {3, 4}) == Span{1, 4});
}

TEST_CASE("source map: a text that was made of a template stands for its lines") {
  SourceMap sources;
  const SourceFile& written = sources.add("t.j2", "{# c #}\na = \"{{ b }}\"\nlist = [\n");
  const auto line = [&](uint32_t number) { return written.base + written.line_starts[number - 1]; };
  const SourceFile& made = sources.add_made("t.j2", "a = \"x\"\nlist = [\nlist = [\n",
                                            {line(2), line(3), line(3), line(3)});
  struct Case {
    uint32_t begin, end;
    std::string_view shown;
    uint32_t line;
  };
  for (const Case& c : {Case{0, 1, "a", 2},            // the words are there
                        {4, 7, "a = \"{{ b }}\"", 2},  // they were made: the line
                        {17, 21, "list", 3},
                        {24, 25, "[", 3}}) {
    CAPTURE(c.begin);
    const Span span = sources.written({made.base + c.begin, made.base + c.end});
    CHECK(sources.text(span) == c.shown);
    const Position at = sources.position(made.base + c.begin);
    CHECK(at.file == "t.j2");
    CHECK(at.line == c.line);
  }
  const Span own{written.base + 2, written.base + 3};
  CHECK(sources.written(own) == own);
}
