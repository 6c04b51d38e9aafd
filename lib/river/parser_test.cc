#include "river/parser.h"

#include <doctest/doctest.h>

#include "river/ast.h"

using namespace river;

namespace {

struct Parsed {
  diag::SourceMap sources;
  diag::Diagnostics diagnostics;
  std::unique_ptr<ast::Tree> tree;

  explicit Parsed(std::string_view text)
      : tree(parse(sources.add("t", std::string(text)), diagnostics)) {
    diagnostics.sort();
  }
  /// "1:2 message; 2:1 message", in the order of places.
  std::string findings() const {
    std::string out;
    for (const auto& item : diagnostics.items()) {
      const auto at = sources.position(item.span.begin);
      out += fmt::format("{}{}:{} {}", out.empty() ? "" : "; ", at.line, at.column, item.message);
    }
    return out;
  }
};

std::string dump_expression(std::string_view text) {
  diag::SourceMap sources;
  diag::Diagnostics diagnostics;
  ast::Tree owner;
  const auto* node = parse_expression(sources.add("t", std::string(text)), owner, diagnostics);
  CHECK(diagnostics.empty());
  return dump(*node);
}

std::string repeated(std::string_view part, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += part;
  return out;
}

}  // namespace

TEST_CASE("parser: expressions") {
  struct Case {
    std::string_view in, want;
  };
  for (const auto& c : {
           Case{"1 + 2 * b", "(+ 1 (* 2 b))"},
           Case{"1 - 2 - 3", "(- (- 1 2) 3)"},
           Case{"2 ^ 3 ^ 4", "(^ 2 (^ 3 4))"},
           Case{"-2 ^ 2", "(^ (- 2) 2)"},
           Case{"2 ^ -1 * 3", "(* (^ 2 (- 1)) 3)"},
           Case{"!a && b || c == d", "(|| (&& (! a) b) (== c d))"},
           Case{"1 < 2 == true", "(== (< 1 2) true)"},
           Case{"a != b <= c >= d > e", "(> (>= (<= (!= a b) c) d) e)"},
           Case{"7 % 2 / 3", "(/ (% 7 2) 3)"},
           Case{"--x", "(- (- x))"},
           Case{"a.b[0].c(1, x,).d", "(. (call (. (index (. a b) 0) c) 1 x) d)"},
           Case{"f()", "(call f)"},
           Case{"(1)", "(paren 1)"},
           Case{"[1, [], \"x\",\n]", "(array 1 (array) \"x\")"},
           Case{"{a = 1, \"b c\" = null, `d` = {},}",
                "(object (a 1) (\"b c\" null) (\"d\" (object)))"},
           Case{"{\"\" = 1, \"true\" = 2}", "(object (\"\" 1) (\"true\" 2))"},
           Case{"5. + .5 + 1.e3 + 1e+9 + 010", "(+ (+ (+ (+ 5. .5) 1.e3) 1e+9) 010)"},
           Case{"1 .x", "(. 1 x)"},
           Case{"`raw\nstring`", "`raw\nstring`"},
           Case{"é٣ + _x", "(+ é٣ _x)"},
           Case{"1 +\n2", "(+ 1 2)"},
           Case{"a.\nb", "(. a b)"},
           Case{"f(\n1,\n2,\n)", "(call f 1 2)"},
           Case{"1\n2 } whatever", "1"},
       }) {
    CAPTURE(c.in);
    CHECK(dump_expression(c.in) == c.want);
  }
}

TEST_CASE("parser: files") {
  struct Case {
    std::string_view in, want;
  };
  for (const auto& c : {
           Case{"", ""},
           Case{"\xEF\xBB\xBF"
                "a = 1",
                "(= a 1)"},
           Case{"a = 1\nb = 2", "(= a 1) (= b 2)"},
           Case{"a =\n1", "(= a 1)"},
           Case{"a = 1 /* x */ + 2", "(= a (+ 1 2))"},
           Case{"k { x = 1 }", "(block k (= x 1))"},
           Case{"k.l . m \"é\" {\n}\n\n", "(block k.l.m \"é\")"},
           Case{"k \"\" {}", "(block k)"},
           Case{"k{l{m=1}}", "(block k (block l (= m 1)))"},
           Case{"a /* c */ = /* d */ 1 // e\n// f", "(= a 1)"},
           Case{"k { // c\n}", "(block k)"},
           Case{"a = 1\r\nb = 2\r\n", "(= a 1) (= b 2)"},
       }) {
    CAPTURE(c.in);
    const Parsed parsed(c.in);
    CHECK(parsed.findings() == "");
    CHECK(dump(parsed.tree->body) == c.want);
  }
}

TEST_CASE("parser: what the lexer reports") {
  struct Case {
    std::string_view in, want;
  };
  using namespace std::string_view_literals;
  for (const auto& c : {
           Case{R"(a = "\'")", "1:7 unknown escape sequence"},
           Case{R"(a = "\8")", "1:7 unknown escape sequence"},
           Case{R"(a = "\18 ")", "1:7 illegal character U+0038 '8' in escape sequence"},
           Case{R"(a = "\400")", "1:7 escape sequence is invalid Unicode code point"},
           Case{R"(a = "\ud83d\ude00")",
                "1:7 escape sequence is invalid Unicode code point; "
                "1:13 escape sequence is invalid Unicode code point"},
           Case{R"(a = "\x4")", "1:7 illegal character U+0022 '\"' in escape sequence"},
           Case{R"(a = "\U00110000")", "1:7 escape sequence is invalid Unicode code point"},
           Case{R"(a = "\x4)",
                "1:5 string literal not terminated; 1:7 escape sequence not terminated"},
           Case{"a = \"x\nb = 1", "1:5 string literal not terminated"},
           Case{"a = `x\nb", "1:5 string literal not terminated"},
           Case{"a = 'x'", "1:5 illegal single-quoted string; use double quotes"},
           Case{"a = ['x', 'y']\nb = 1",
                "1:6 illegal single-quoted string; use double quotes; "
                "1:11 illegal single-quoted string; use double quotes"},
           Case{"# c\na = 1 # d 'e\nb { # {\n}",
                "1:1 illegal character U+0023 '#'; 2:7 illegal character U+0023 '#'; "
                "3:5 illegal character U+0023 '#'"},
           Case{"a = 1 /* b", "1:7 block comment not terminated"},
           Case{"a = 1e", "1:5 exponent has no digits"},
           Case{"a = 1e+\n", "1:5 exponent has no digits"},
           Case{"a = b | c", "1:8 missing second | in ||"},
           Case{"a = b & c", "1:8 missing second & in &&"},
           Case{"a = 1 ; b", "1:7 illegal character U+003B ';'"},
           Case{"a = \x01", "1:5 illegal character U+0001"},
           Case{"e\xCC\x81 = 1", "1:2 illegal character U+0301 '\xCC\x81'"},
           Case{"a = \"\0\""sv, "1:6 illegal character NUL"},
           Case{"a = 1 /* \0 */"sv, "1:10 illegal character NUL"},
           Case{"a = \"\xEF\xBB\xBF\"", "1:6 illegal byte order mark"},
           Case{"a = \"\xFF\xC0\x80\"",
                "1:6 illegal UTF-8 encoding; 1:7 illegal UTF-8 encoding; "
                "1:8 illegal UTF-8 encoding"},
           Case{"\xFF\xFE"
                "a\0"sv,
                "1:1 the file is UTF-16LE, it must be UTF-8"},
       }) {
    CAPTURE(c.in);
    CHECK(Parsed(c.in).findings() == c.want);
  }
}

TEST_CASE("parser: what the parser reports, and how it goes on") {
  struct Case {
    std::string_view in, want;
  };
  for (const auto& c : {
           Case{"a = 1 /* x\n */ + 2", "2:5 expected identifier, got +"},
           Case{"a = 1\n+ 2", "2:1 expected identifier, got +"},
           Case{"k \"x\"\n{}", "1:6 expected block body, got TERMINATOR"},
           Case{"k /* x\n */ { }", "1:3 expected block label, got TERMINATOR"},
           Case{"k \"\" = 1", "1:3 attribute names may not have labels"},
           Case{"a.b = 1",
                "1:1 attribute names may only consist of a single identifier with no \".\""},
           Case{"k \"a\\x62\" {}",
                "1:3 expected block label to be a valid identifier, but got \"a\\\\x62\""},
           Case{"k \"true\" {}",
                "1:3 expected block label to be a valid identifier, but got \"true\""},
           Case{"k \" a\" {}", "1:3 expected block label to be a valid identifier, but got \" a\""},
           Case{"k `a` {}",
                "1:3 expected block label to be a double quoted string, but got \"`a`\""},
           Case{"1 = 2", "1:1 expected identifier, got NUMBER"},
           Case{"true = 2\nb = 1",
                "1:1 expected identifier, got BOOL; 2:1 expected TERMINATOR, got IDENT"},
           Case{"foo\nbar = 1",
                "1:4 expected block label, got TERMINATOR; 2:1 expected attribute assignment or "
                "block body, got "
                "IDENT"},
           Case{"a. = 1", "1:4 expected identifier, got ="},
           Case{"a = 1 b = 2\nc = )\nd = 3",
                "1:7 expected TERMINATOR, got IDENT; 2:5 expected expression, got )"},
           Case{"k { a = 1", "1:10 expected }, got EOF"},
           Case{"k { a = 1 b = 2 }\nc = 1",
                "1:11 expected TERMINATOR, got IDENT; 2:6 expected }, got EOF"},
           Case{"a = \nb = [1 2]\nc = {x 1}",
                "2:3 expected TERMINATOR, got =; 3:8 expected =, got NUMBER"},
           Case{"b = [1 2]\nc = {x 1}",
                "1:8 missing ',' in expression list; 2:8 expected =, got NUMBER"},
           Case{"a = [\n1\n]", "2:2 missing ',' in expression list"},
           Case{"a = {\nb = 1\n}", "2:6 missing ',' in field list"},
           Case{"a = {true = 1}", "1:6 expected field name (string or identifier), got BOOL"},
           Case{"a = {]", "1:6 expected }, got ]"},
           Case{"a = (1\n", "1:7 expected ), got TERMINATOR"},
           Case{"a = b[1\n", "1:8 expected ], got TERMINATOR"},
           Case{"a = b.\n1", "2:1 expected IDENT, got NUMBER"},
           Case{"a = b \"c\" { x = 1 }", "1:5 cannot use a block as an expression"},
           Case{"a = b { x = 1 }", "1:5 cannot use a block as an expression"},
           Case{"a = b \"c\"\nd = 1", "1:10 expected {, got TERMINATOR"},
           Case{"a = 0x10", "1:6 expected TERMINATOR, got IDENT"},
           Case{"a = 1_0", "1:6 expected TERMINATOR, got IDENT"},
           Case{"a = 1 2 \"\\q\" 3",
                "1:7 expected TERMINATOR, got NUMBER; 1:11 unknown escape sequence"},
       }) {
    CAPTURE(c.in);
    CHECK(Parsed(c.in).findings() == c.want);
  }
}

TEST_CASE("parser: statements beside a broken one are kept") {
  const Parsed parsed("a = 1\nb = [1 2]\nk \"l\" {\n  c = 1 2\n  d = 4\n}\ne = 5\n");
  CHECK(dump(parsed.tree->body) ==
        "(= a 1) (= b (array 1)) (block k \"l\" (= c 1) (= d 4)) (= e 5)");
}

TEST_CASE("parser: nesting has an end") {
  struct Case {
    std::string open, close;
  };
  for (const auto& c : {Case{"(", ")"}, Case{"[", "]"}, Case{"{a=", "}"}, Case{"-", ""},
                        Case{"f(", ")"}, Case{"x[", "]"}, Case{"2^", ""}, Case{"!", ""}}) {
    CAPTURE(c.open);
    const auto deep = [&](int n) {
      return "a = " + repeated(c.open, n) + "1" + repeated(c.close, n) + "\n)\n";
    };
    CHECK(Parsed(deep(kNestingMax - 10)).findings() == "2:1 expected identifier, got )");
    const Parsed refused(deep(100'000));
    CHECK(refused.diagnostics.size() == 1);
    CHECK(refused.diagnostics.items()[0].code == "R023");
  }
  CHECK(Parsed(repeated("k {\n", 100'000)).diagnostics.items()[0].code == "R023");
  CHECK(Parsed("a = " + repeated("1 + ", 900) + "1").findings() == "");
  CHECK(Parsed("a = " + repeated("1 + ", 100'000) + "1").diagnostics.size() == 1);
  CHECK(Parsed("a = b" + repeated(".c", 100'000)).diagnostics.size() == 1);
  CHECK(Parsed("a = b" + repeated(" \"c\" {} ", 100'000)).diagnostics.size() > 0);
}

TEST_CASE("parser: places of nodes") {
  const std::string_view text = "k.l \"m\" { a = f(x).y[1] + -2 }";
  const Parsed parsed(text);
  const auto& block = *parsed.tree->body.statements[0];
  const auto& sum = *block.body.statements[0]->value;
  const auto at = [&](diag::Span span) { return parsed.sources.text(span); };
  CHECK(at(block.span) == text);
  CHECK(at(block.name_span) == "k.l");
  CHECK(at(block.label_span) == "\"m\"");
  CHECK(at(block.header_span()) == "k.l \"m\"");
  CHECK(at(block.body.close_span) == "}");
  CHECK(at(sum.span) == "f(x).y[1] + -2");
  CHECK(at(sum.op_span) == "+");
  CHECK(at(sum.left->span) == "f(x).y[1]");
  CHECK(at(sum.left->left->op_span) == "y");
  CHECK(at(sum.right->span) == "-2");
}
