#include "river/build.h"

#include <doctest/doctest.h>

#include "river/ast.h"
#include "river/parser.h"
#include "river/printer.h"

using namespace river;

namespace {

// What is generated is canonical: parsing and printing it changes nothing.
void check(const ast::Tree& tree, std::string_view want) {
  const std::string text = print(tree);
  CHECK(text == want);
  diag::SourceMap sources;
  diag::Diagnostics diagnostics;
  const auto parsed = parse(sources.add("t", text), diagnostics);
  CHECK(diagnostics.empty());
  CHECK(print(*parsed) == text);
  CHECK(dump(parsed->body) == dump(tree.body));
}

}  // namespace

TEST_CASE("build: a listener as cfgc writes it") {
  ast::Tree tree;
  const Builder b(tree.arena);
  auto* labels = b.object({{"job", b.string("angelia")}, {"a-b", b.string("\"\n\\")}});
  auto* listener =
      b.block("listener", "",
              {b.attribute("address", b.string("127.0.0.1:51400")), b.attribute("labels", labels)});
  auto* syslog = b.block(
      "loki.source.syslog", "services",
      {listener, b.attribute("forward_to", b.list({b.reference("loki.write.default.receiver")}))});
  b.comment_above(*syslog, "host_vars/puck.yml:3");
  auto* echo = b.block("loki.echo", "x", {});
  tree.body = b.body({syslog, echo});
  check(tree, R"(// host_vars/puck.yml:3
loki.source.syslog "services" {
	listener {
		address = "127.0.0.1:51400"
		labels  = {
			job   = "angelia",
			"a-b" = "\"\n\\",
		}
	}

	forward_to = [loki.write.default.receiver]
}

loki.echo "x" { }
)");
}

TEST_CASE("build: layout of lists, objects and comments") {
  ast::Tree tree;
  const Builder b(tree.arena);
  const std::string wide(60, 'x');
  auto* first = b.attribute("a", b.list({b.number(1), b.number(-2), b.boolean(true), b.null()}));
  b.comment_above(*first, "one\n\ntwo");
  auto* last = b.attribute("e", b.call("sys.env", {b.string("HOME")}));
  b.comment_above(*last, "three");
  tree.body = b.body({
      first,
      b.attribute("b", b.list({b.string(wide), b.string(wide)})),
      b.attribute("c", b.list({b.object({{"x", b.number(1)}, {"y", b.number(2)}}, Layout::one_line),
                               b.object({{"x", b.number(3)}})})),
      b.attribute("d", b.list({b.object({})})),
      b.block("k", "", {b.attribute("f", b.object({}))}),
      last,
  });
  check(tree,
        "// one\n//\n// two\na = [1, -2, true, null]\nb = [\n\t\"" + wide + "\",\n\t\"" + wide +
            "\",\n]\nc = [\n\t{x = 1, y = 2},\n\t{x = 3},\n]\nd = [{}]\n\nk {\n\tf = {}\n}\n\n"
            "// three\ne = sys.env(\"HOME\")\n");
}

TEST_CASE("build: literals of values") {
  ast::Tree tree;
  const Builder b(tree.arena, {7, 8});
  Value text = Value::string("x");
  text.origin = {3, 4};
  auto* node = b.literal(Value::object({{"a", text}, {"b", Value::array({Value::number(1.5)})}}));
  REQUIRE(node != nullptr);
  CHECK(dump(*node) == "(object (a \"x\") (b (array 1.5)))");
  CHECK(node->span == diag::Span{7, 8});
  CHECK(node->fields[0].value->span == diag::Span{3, 4});
  CHECK(b.literal(Value::array({Value::unknown()})) == nullptr);
}
