#include "compiler/migrate/streams/jinja.h"

#include <doctest/doctest.h>

#include "compiler/migrate/streams/compose.h"

using namespace compiler::migrate;
using namespace compiler::migrate::streams;

namespace {

TEST_CASE("jinja: templates as text") {
  struct Case {
    std::string_view in, first, last;
  };
  for (const Case& c : {
           Case{"a: 1\n", "a: 1\n", "a: 1\n"},
           Case{"a: {{ x }}\n", "a: jinja00x\n", "a: jinja00x\n"},
           Case{"{# two\nlines #}a\n", "\na\n", "\na\n"},
           Case{"{% if x %}a{% else %}b{% endif %}c", "ac", "bc"},
           Case{"{%- if x -%}a{%- elif y -%}b{%- else -%}{{ z }}{%- endif -%}c", "ac", "jinja00xc"},
           Case{"{% if x %}a{% endif %}c", "ac", "ac"},
           Case{"{% if x %}{% if y %}a{% else %}b{% endif %}{% else %}c{% endif %}", "a", "c"},
           Case{"{% if x %}\na\n{% else %}\nb\n{% endif %}\nc", "\na\n\n\n\nc", "\n\n\nb\n\nc"},
           Case{"{% for x in y %}a{% else %}b{% endfor %}c", "abc", "abc"},
           Case{"{% if x %}{% for y in z %}a{% else %}b{% endfor %}c{% endif %}", "abc", "abc"},
           Case{"{% endif %}{% else %}a", "a", "a"},
           Case{"a {{ b", "a {{ b", "a {{ b"},
           Case{"a {% b", "a {% b", "a {% b"},
       }) {
    CAPTURE(c.in);
    CHECK(without_jinja(c.in, Branch::first).text == c.first);
    CHECK(without_jinja(c.in, Branch::last).text == c.last);
  }
}

TEST_CASE("jinja: expressions come back") {
  std::string source;
  for (int i = 0; i < 12; ++i) source += "{{ v" + std::to_string(i) + " }}-";
  const auto plain = without_jinja(source, Branch::first);
  CHECK(plain.expressions.size() == 12);
  CHECK(plain.has_expression(plain.text));
  CHECK(!plain.has_expression("plain"));
  CHECK(plain.restored(plain.text) == source);
}

TEST_CASE("compose: names of projects") {
  struct Case {
    std::string_view folder, want;
  };
  for (const Case& c : {Case{"kairos", "kairos"}, Case{"My App.2", "myapp2"},
                        Case{"_-lead", "lead"}, Case{"a_b-c", "a_b-c"}, Case{"...", ""}})
    CHECK(project_name(c.folder) == c.want);
}

}  // namespace
