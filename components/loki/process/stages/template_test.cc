#include <doctest/doctest.h>

#include "components/loki/process/stages/template_language.h"

namespace components::loki::process::stages {
namespace {

std::string run(std::string_view source) {
  const auto parsed = parse_template(source);
  if (!parsed) return "refused: " + parsed.error().message;
  const auto made =
      run_template(*parsed, [](std::string_view name) -> std::optional<std::string_view> {
        if (name == "Value") return "Some Value";
        if (name == "empty") return "";
        if (name == "n") return "7";
        return std::nullopt;
      });
  return made ? *made : "failed: " + made.error().message;
}

}  // namespace

TEST_CASE("template: values, functions, pipelines, choices") {
  struct Case {
    std::string_view source, want;
  };
  for (const auto& c : {
           Case{"plain", "plain"},
           Case{"", ""},
           Case{"{{ .Value }}", "Some Value"},
           Case{"[{{ .none }}]", "[<no value>]"},
           Case{"{{.Value | ToUpper}}", "SOME VALUE"},
           Case{"{{ ToLower .Value }}", "some value"},
           Case{"{{ Replace .Value \"e\" \"-\" 1 }}", "Som- Value"},
           Case{"{{ .Value | replace \"e\" \"-\" }}", "Som- Valu-"},
           Case{"{{ Trim .Value \"eS\" }}", "ome Valu"},
           Case{"{{ TrimPrefix .Value \"Some \" }}", "Value"},
           Case{"{{ .Value | trimSuffix \" Value\" }}", "Some"},
           Case{"{{ regexReplaceAll \"(\\\\w)o\" .Value \"${1}0\" }}", "S0me Value"},
           Case{"{{ regexReplaceAllLiteral `e` .Value `$1` }}", "Som$1 Valu$1"},
           Case{"{{ regexReplaceAll `x*` `ab` `-` }}", "-a-b-"},
           Case{"{{ regexReplaceAll `x*` `\u00e91` `-` }}", "-\u00e9-1-"},
           Case{"{{ regexReplaceAll `a*` `baaac` `-` }}", "-b-c-"},
           Case{"{{ regexReplaceAllLiteral `x*` `x\u20acx` `$` }}", "$\u20ac$"},
           Case{"{{ regexReplaceAll `$` `ab` `-` }}", "ab-"},
           Case{"{{ Replace `\u00e9b` `` `-` -1 }}", "-\u00e9-b-"},
           Case{"{{ Replace `ab` `` `-` 2 }}", "-a-b"},
           Case{"{{ Replace `ab` `` `-` 3 }}", "-a-b-"},
           Case{"{{ TrimSpace `\u00a0 \u2003a \u3000b\u2028\t` }}", "a \u3000b"},
           Case{"[{{ TrimSpace ` \u2003 ` }}]", "[]"},
           Case{"{{ regexReplaceAll `(` .Value `` }}", "failed: bad regex: missing ): ("},
           Case{"{{ if .empty }}a{{ else }}b{{ end }}", "b"},
           Case{"{{ if eq .n \"6\" }}6{{ else if eq .n \"7\" \"8\" }}7{{ end }}!", "7!"},
           Case{"{{ if and .Value (not .empty) }}yes{{ end }}", "yes"},
           Case{"{{ if or .empty .none }}yes{{ else }}no{{ end }}", "no"},
           Case{"{{ if gt (len .Value) 9 }}long{{ end }}", "long"},
           Case{"{{ default \"d\" .empty }}", "d"},
           Case{"{{ .none | default `d` }}", "d"},
           Case{"a {{- .n -}} b", "a7b"},
           Case{"{{/* nothing */}}x", "x"},
           Case{"{{ \"}}\" }}", "}}"},
           Case{"{{ \"\\t\\x21\\101\\u00e9\\\"\" }}", "\t!A\u00e9\""},
           Case{"{{ `a\\tb` }}", "a\\tb"},
           Case{"{{ trunc 4 .Value }}{{ trunc -2 .Value }}", "Someue"},
           Case{"{{ substr 0 4 .Value }}", "Some"},
           Case{"{{ print 1.5 true \"x\" }}", "1.5 truex"},
           Case{"{{ Sha2Hash \"salt\" .n }}",
                "2ab204d76cdcec4609d290441fed2eec4186d288ca47c40cc7dd661a0de1b0d0"},
       }) {
    CAPTURE(c.source);
    CHECK(run(c.source) == c.want);
  }
}

// Derived from the documentation of Go's text/template and fmt, and of the functions.
TEST_CASE("template: kinds of values, as in Go") {
  struct Case {
    std::string_view source, want;
  };
  for (const auto& c : {
           // A text is not a number, and nothing is not an empty text.
           Case{"{{ eq .n \"7\" }}", "true"},
           Case{"{{ eq .n 7 }}", "failed: incompatible types for comparison"},
           Case{"{{ ne 7 .n }}", "failed: incompatible types for comparison"},
           Case{"{{ eq .none \"\" }}", "false"},
           Case{"{{ ne .none \"\" }}", "true"},
           Case{"{{ eq .none .nothing }}", "true"},
           Case{"{{ eq .n .none \"7\" }}", "true"},
           Case{"{{ eq true true }}{{ ne true false }}", "truetrue"},
           Case{"{{ eq 1 2 3 1 }}", "true"},
           Case{"{{ lt 9 10 }}{{ lt \"9\" \"10\" }}", "truefalse"},
           Case{"{{ ge 2 2 }}{{ le 3 2 }}{{ gt \"b\" \"a\" }}", "truefalsetrue"},
           Case{"{{ lt 9 \"10\" }}", "failed: incompatible types for comparison"},
           Case{"{{ lt .none \"a\" }}", "failed: lt of no value"},
           Case{"{{ gt true false }}", "failed: incompatible types for comparison"},
           // What takes a text takes no nothing.
           Case{"x{{ ToLower .none }}", "failed: ToLower of no value"},
           Case{"{{ .none | trimSuffix \"x\" }}", "failed: trimSuffix of no value"},
           Case{"{{ len .none }}", "failed: len of no value"},
           Case{"{{ ToLower (default \"D\" .none) }}", "d"},
           Case{"[{{ quote .none }}{{ squote .none }}]", "[]"},
           Case{"{{ quote .empty }}{{ squote .n }}{{ quote 5 }}", "\"\"'7'\"5\""},
           Case{"{{ quote `a\"\\b` }}", "\"a\\\"\\\\b\""},
           // A blank only between two that are no texts.
           Case{"{{ print 1 2 }}|{{ print 1 `a` 2 3 }}|{{ print `a` `b` }}|{{ print }}",
                "1 2|1a2 3|ab|"},
           Case{"{{ print .none 1 }}", "<nil> 1"},
           // The first that decides, else the last.
           Case{"{{ or .empty 0 `x` `y` }}{{ and `a` `b` }}[{{ and .empty `b` }}]", "xb[]"},
           Case{"{{ or .empty .n }}{{ or 0 .empty }}|", "7|"},
           Case{"{{ not 0 }}{{ not `` }}{{ not .none }}{{ not 1 }}", "truetruetruefalse"},
           Case{"{{ if 0 }}a{{ else if `` }}b{{ else if .none }}c{{ else }}d{{ end }}", "d"},
           Case{"{{ if not (eq .n \"8\") }}{{ if .n }}both{{ end }}{{ end }}", "both"},
           // Numbers as Go prints them; blanks around actions.
           Case{"{{ 1.0 }} {{ 1e3 }} {{ 1e21 }} {{ -0.5 }}", "1 1000 1e+21 -0.5"},
           Case{"a {{-3}} b", "a -3 b"},
           Case{"a\n\t {{- \"b\" -}} \n c", "abc"},
           Case{"a {{- /* c */ -}} b", "ab"},
           Case{"{{ .n | print `x` | print `y` | len }}", "3"},
           Case{"{{ (len .Value) }}{{ len (print .n .n) }}", "102"},
           // Bounds of what cuts.
           Case{"{{ trunc 0 .n }}{{ trunc 99 .n }}{{ trunc -99 .n }}", "77"},
           Case{"[{{ substr 2 -1 .Value }}][{{ substr -1 2 .Value }}][{{ substr 3 99 .n }}]",
                "[me Value][So][]"},
           Case{"{{ contains `Val` .Value }}{{ hasPrefix `S` .Value }}{{ hasSuffix `x` .n }}",
                "truetruefalse"},
           Case{"{{ TrimLeft `xxaxx` `x` }}|{{ TrimRight `xxaxx` `x` }}|{{ trimAll `x` `xxaxx` }}",
                "axx|xxa|a"},
           Case{"{{ TrimPrefix `xxa` `x` }}{{ TrimSuffix `axx` `x` }}", "xaax"},
           Case{"{{ Replace `aaa` `a` `b` 0 }}{{ Replace `aaa` `a` `b` -1 }}", "aaabbb"},
           Case{"{{ ToUpper `stra\u00dfe \u00e9` }}", "STRA\u00dfE \u00c9"},
           Case{"{{ regexReplaceAll `(?P<a>.)b` `ab` `${a}$1$2-` }}", "aa-"},
       }) {
    CAPTURE(c.source);
    CHECK(run(c.source) == c.want);
  }
}

TEST_CASE("template: what is not understood is refused by name") {
  struct Case {
    std::string_view source, part;
  };
  for (const auto& c : {
           Case{"{{ range .x }}{{ end }}", "\"range\" is not supported"},
           Case{"{{ with .x }}{{ end }}", "\"with\" is not supported"},
           Case{"{{ $x := .y }}", "variables"},
           Case{"{{ .a.b }}", "no fields"},
           Case{"{{ nope .a }}", "no function \"nope\""},
           Case{"{{ ToUpper }}", "does not take 0"},
           Case{"{{ ToUpper .a .b }}", "does not take 2"},
           Case{"{{ .a", "without }}"},
           Case{"{{ \"a }}", "without }}"},
           Case{"{{ if .a }}", "if without end"},
           Case{"{{ if .a }}{{ else }}", "else without end"},
           Case{"{{ end }}", "without if"},
           Case{"{{ }}", "empty action"},
           Case{"{{ (.a }}", "( without )"},
           Case{"{{ .a .b }}", "takes no arguments"},
           Case{"{{ if }}x{{ end }}", "empty action"},
           Case{"{{ \"\\q\" }}", "unknown escape"},
           Case{"{{ \"\\'\" }}", "unknown escape"},
       }) {
    CAPTURE(c.source);
    const auto parsed = parse_template(c.source);
    REQUIRE_FALSE(parsed.has_value());
    CAPTURE(parsed.error().message);
    CHECK(parsed.error().message.find(c.part) != std::string::npos);
  }
  CHECK_FALSE(parse_template("{{ " + std::string(100'000, '(') + " }}").has_value());
  std::string nested;
  for (int i = 0; i < 100'000; ++i) nested += "{{if .a}}";
  CHECK_FALSE(parse_template(nested).has_value());
}

}  // namespace components::loki::process::stages
