#include "river/printer.h"

#include <doctest/doctest.h>

#include "river/ast.h"
#include "river/parser.h"
#include "tests/support/golden.h"

using namespace river;

namespace {

struct Formatted {
  std::string text;
  std::string dumped;
};

Formatted format(std::string_view source) {
  diag::SourceMap sources;
  diag::Diagnostics diagnostics;
  const auto tree = parse(sources.add("t", std::string(source)), diagnostics);
  CAPTURE(source);
  for (const auto& item : diagnostics.items()) FAIL_CHECK(item.message);
  return {print(*tree), dump(tree->body)};
}

struct Printing {
  std::string_view in, want;
};

// The wanted text, and that it stays what it is and means the same.
void check(const Printing& c) {
  CAPTURE(c.in);
  const auto once = format(c.in);
  CHECK(once.text == c.want);
  const auto twice = format(once.text);
  CHECK(twice.text == once.text);
  CHECK(twice.dumped == once.dumped);
}

}  // namespace

TEST_CASE("printer: statements and blocks") {
  for (const auto& c : {
           Printing{"", "\n"},
           Printing{"\n\n\n", "\n"},
           Printing{"b=1\nlong_name=2\n\nc=3", "b         = 1\nlong_name = 2\n\nc = 3\n"},
           Printing{"k{x=1}\nk \"l\"{}", "k {\n\tx = 1\n}\n\nk \"l\" { }\n"},
           Printing{"k {\n\n\n}", "k { }\n"},
           Printing{"k {\n\n\nx=1\n\n\n\ny=2\n\n}", "k {\n\tx = 1\n\n\ty = 2\n}\n"},
           Printing{"a=1\nk{}\nb=2", "a = 1\n\nk { }\nb = 2\n"},
           Printing{"k{\nl{\nx=1\n}\n}", "k {\n\tl {\n\t\tx = 1\n\t}\n}\n"},
           Printing{"k . l . m { }", "k.l.m { }\n"},
           Printing{"a =\n1", "a = 1\n"},
           Printing{"a=1\r\nbcd=2\r\n", "a   = 1\nbcd = 2\n"},
           Printing{"a=1\nbcd=[\n2,\n]\ne=3", "a   = 1\nbcd = [\n\t2,\n]\ne = 3\n"},
           Printing{"é=1\nab=2", "é  = 1\nab = 2\n"},
           Printing{"k \"\" {}", "k { }\n"},
       }) {
    check(c);
  }
}

TEST_CASE("printer: expressions") {
  for (const auto& c : {
           Printing{"v=[1,2,\n3,\n]", "v = [1, 2,\n\t3,\n]\n"},
           Printing{"v=[ ]", "v = []\n"},
           Printing{"v=[\n]", "v = []\n"},
           Printing{"v=[1,]", "v = [1]\n"},
           Printing{"o={\na=1,\n\nbb={\nc=2,\n},\nd=4,\n}",
                    "o = {\n\ta  = 1,\n\tbb = {\n\t\tc = 2,\n\t},\n\td = 4,\n}\n"},
           Printing{"x={a=1,\nb=2}", "x = {a = 1,\n\tb    = 2}\n"},
           Printing{"long_name_x={a=1,\nb=2}", "long_name_x = {a = 1,\n\t\tb    = 2}\n"},
           Printing{"f0=f(\n1,\n2,\n)", "f0 = f(\n\t1,\n\t2,\n)\n"},
           Printing{"x=[\n1,{\na=1,\n},\n]", "x = [\n\t1, {\n\ta = 1,\n},\n]\n"},
           Printing{"o={k=[\n1,\n]}", "o = {k = [\n\t\t1,\n\t],\n}\n"},
           Printing{"a = {x=1}\nbbb = {yyy=2}", "a   = {x   = 1}\nbbb = {yyy = 2}\n"},
           Printing{"o={}", "o = {}\n"},
           Printing{"o={\n}", "o = {}\n"},
           Printing{"o={a=1,b=2,}", "o = {a = 1, b = 2}\n"},
           Printing{"o={a=1,b=2,\n}", "o = {a = 1, b = 2,\n}\n"},
           Printing{"a=(1+\n2)*-3 ^!x", "a = (1 + 2) * -3 ^ !x\n"},
           Printing{"a=b . c [ 0 ] ( 1 ,2 )", "a = b.c[0](1, 2)\n"},
           Printing{"a=1 .x", "a = 1 .x\n"},
           Printing{"a=--1", "a = --1\n"},
           Printing{"a=(\n1)", "a = (1)\n"},
           Printing{"a=f(1,\n2)", "a = f(1,\n\t2)\n"},
           Printing{"a=[\n[\n1,\n],\n[2],\n]", "a = [\n\t[\n\t\t1,\n\t],\n\t[2],\n]\n"},
       }) {
    check(c);
  }
}

TEST_CASE("printer: what the reference breaks is kept whole") {
  for (const auto& c : {
           Printing{"a=`x\ty  \n\tz\f \n`", "a = `x\ty  \n\tz\f \n`\n"},
           Printing{"a=\"x\ty\"\nbb=1", "a  = \"x\ty\"\nbb = 1\n"},
           Printing{"a=f(\n)", "a = f()\n"},
           Printing{R"(o={"a\\b"=1, "c\"d"=2})", "o = {\"a\\\\b\" = 1, \"c\\\"d\" = 2}\n"},
           Printing{"o={`k`=1, `a\\b`=2, \"\"=3}", "o = {\"k\" = 1, `a\\b` = 2, \"\" = 3}\n"},
           Printing{"k{a=`x\ny`\nbb=1}", "k {\n\ta = `x\ny`\n\tbb = 1\n}\n"},
           Printing{"a=`x\r\ny`\r\n", "a = `x\r\ny`\n"},
           Printing{"a=f(\n1, // x\n2, // y\n)\n// z\nb=1",
                    "a = f(\n\t1, // x\n\t2, // y\n)\n// z\nb = 1\n"},
           Printing{"a=f(\n// x\n1,\n// y\n)", "a = f(\n\t// x\n\t1,\n\t// y\n)\n"},
           Printing{"a=f(\n// x\n)", "a = f(\n// x\n)\n"},
       }) {
    check(c);
  }
}

TEST_CASE("printer: comments") {
  for (const auto& c : {
           Printing{"// only", "// only\n"},
           Printing{"\n\n// first\n\n\n\n// second\n\n", "// first\n\n// second\n"},
           Printing{"a=1 // p\nbcd=22 // q\n// own\ne=3",
                    "a   = 1  // p\nbcd = 22 // q\n// own\ne = 3\n"},
           Printing{"a /* c */ = 1", "a = /* c */ 1\n"},
           Printing{"/* c */ a = 1", "/* c */ a = 1\n"},
           Printing{"k { // c\nx=1\n}", "k { // c\n\tx = 1\n}\n"},
           Printing{"k {\n// c\n}", "k {\n\t// c\n}\n"},
           Printing{"k {\nx=1 // c\n// d\n}\n// e", "k {\n\tx = 1 // c\n\t// d\n}\n// e\n"},
           Printing{"a=1\n\n// c\nk {}", "a = 1\n\n// c\nk { }\n"},
           Printing{"a=1\n// c\nk {}", "a = 1\n// c\nk { }\n"},
           Printing{"k /* a */ \"l\" /* b */ { }", "k /* a */ \"l\" /* b */ { }\n"},
           Printing{"a = [ // x\n1, // y\n// z\n2,\n// end\n]",
                    "a = [ // x\n\t1, // y\n\t// z\n\t2,\n\t// end\n]\n"},
           Printing{"a = {\n// x\nb = 1, // y\n// z\n}",
                    "a = {\n\t// x\n\tb = 1, // y\n\t// z\n}\n"},
           Printing{"a = 1 /* x */ + /* y */ 2", "a = 1 /* x */ + /* y */ 2\n"},
           Printing{"a = 1 + // x\n2", "a = 1 + // x\n2\n"},
           Printing{"a = b. // x\nc\nd = 1", "a = b.c // x\n\nd = 1\n"},
           Printing{"a = (b. // x\nc + 1)", "a = (b.c + // x\n1)\n"},
           Printing{"a = 1 // x\r\nb = 2", "a = 1 // x\nb = 2\n"},
           Printing{"/* a\r\n b */\r\nx = 1", "/* a\n b */\nx = 1\n"},
           Printing{"a = 1 /* x */\nbb = 2", "a  = 1 /* x */\nbb = 2\n"},
       }) {
    check(c);
  }
}

TEST_CASE("printer: golden") {
  golden::run("tests/golden/fmt", [](const golden::Input& input) {
    const auto once = format(input.source);
    check({once.text, once.text});
    return once.text;
  });
}

TEST_CASE("printer: an expression alone has no comments") {
  diag::SourceMap sources;
  diag::Diagnostics diagnostics;
  ast::Tree owner;
  const auto* node =
      parse_expression(sources.add("t", "/* a */ f( 1 , /* b */ [2,3 ] )"), owner, diagnostics);
  CHECK(print_expression(*node) == "f(1, [2, 3])");
}
