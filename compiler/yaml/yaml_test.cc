#include "compiler/yaml/yaml.h"

#include <doctest/doctest.h>

#include <string>

#include "river/diag/render.h"

namespace {

using namespace compiler;

/// One document with what it needs to live.
struct Parsed {
  river::diag::SourceMap sources;
  river::diag::Diagnostics diagnostics;
  std::unique_ptr<yaml::Document> document;

  explicit Parsed(std::string text) {
    document = yaml::parse(sources.add("t.yml", std::move(text)), diagnostics);
  }
  const yaml::Node& root() const { return *document->root; }
  std::string_view source(river::diag::Span span) const { return sources.text(span); }
  std::string findings() const {
    std::string all;
    for (const auto& one : diagnostics.items()) all += river::diag::one_line(one, sources) + "\n";
    return all;
  }
};

TEST_CASE("yaml: every value knows its place") {
  const Parsed parsed(
      "a: plain\n"
      "b: \"quoted \\\" text\"\n"
      "c: 'it''s'\n"
      "d: ''''\n"
      "list: [1, two]\n"
      "map:\n"
      "  inner: x\n");
  REQUIRE(parsed.findings() == "");
  const yaml::Node& root = parsed.root();
  struct Case {
    std::string_view key, source, value;
  };
  for (const Case& c : {Case{"a", "plain", "plain"},
                        {"b", "\"quoted \\\" text\"", "quoted \" text"},
                        {"c", "'it''s'", "it's"},
                        {"d", "''''", "'"}}) {
    CAPTURE(c.key);
    REQUIRE(root.find(c.key) != nullptr);
    CHECK(parsed.source(root.find(c.key)->key_span) == c.key);
    CHECK(parsed.source(root.find(c.key)->value->span) == c.source);
    CHECK(root.find(c.key)->value->text == c.value);
  }
  REQUIRE(root.find("list")->value->items.size() == 2);
  CHECK(parsed.source(root.find("list")->value->items[1]->span) == "two");
  CHECK(parsed.source(root.find("map")->value->find("inner")->value->span) == "x");
}

TEST_CASE("yaml: what is not UTF-8 is an error at its first byte") {
  CHECK(Parsed("a: \"ü\"\nb: \"x\xFF\"\n").findings() ==
        "t.yml:2:6: error[F001]: not valid UTF-8: byte 0xff\n");
  CHECK(Parsed("\xFF\xFE\x61").findings() ==
        "t.yml:1:1: error[F001]: not valid UTF-8: byte 0xff\n");
  CHECK(Parsed("a: 1 # caf\xC3").findings() ==
        "t.yml:1:11: error[F001]: not valid UTF-8: byte 0xc3\n");
  CHECK(Parsed("\xEF\xBB\xBF"
               "a: ü\n")
            .findings() == "");
}

TEST_CASE("yaml: plain words mean what Ansible makes of them") {
  struct Case {
    std::string text;
    std::string_view is;
  };
  for (const Case& c : {Case{"yes", "a boolean"},
                        {"'yes'", "text"},
                        {"51400", "a number"},
                        {"\"51400\"", "text"},
                        {"~", "nothing"},
                        {"", "nothing"},
                        {"[]", "a list"},
                        {"{}", "a map"},
                        {"word", "text"},
                        {"!unsafe x", "a tagged value"},
                        {"!vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6162", "an encrypted value"},
                        {"!vault plain", "an encrypted value"},
                        {"|\n  $ANSIBLE_VAULT;1.1;AES256\n  6162", "an encrypted value"},
                        {"ENC[AES256_GCM,data:x,type:str]", "an encrypted value"},
                        {R"({"__ansible_vault": "$ANSIBLE_VAULT;1.1"})", "an encrypted value"},
                        {R"({"__ansible_unsafe": "{{ x }}"})", "a tagged value"}}) {
    CAPTURE(c.text);
    const Parsed parsed("key: " + c.text + "\n");
    REQUIRE(parsed.findings() == "");
    const yaml::Node& value = *parsed.root().find("key")->value;
    CHECK(yaml::describe(value) == c.is);
    CHECK_FALSE(value.templated);
    if (yaml::is_encrypted(value)) CHECK((value.text == "" && !yaml::as_text(value)));
  }
}

TEST_CASE("yaml: merge keys and aliases") {
  const Parsed parsed(
      "base: &base {a: 1, b: 2}\n"
      "copy: *base\n"
      "more:\n"
      "  <<: *base\n"
      "  b: 3\n");
  REQUIRE(parsed.findings() == "");
  const yaml::Node& more = *parsed.root().find("more")->value;
  CHECK(more.find("a")->value->text == "1");
  CHECK(more.find("b")->value->text == "3");
  CHECK(parsed.root().find("copy")->value == parsed.root().find("base")->value);
}

TEST_CASE("yaml: mistakes have a place") {
  struct Case {
    std::string text;
    std::string_view finding;
  };
  for (const Case& c : {
           Case{"a: 1\nb: 2\na: 3\n", "t.yml:3:1: error[F003]: the key \"a\" is written twice"},
           {"a: [1, 2\n", "t.yml:2:1: error[F001]"},
           {"a: 1\n---\nb: 2\n", "t.yml:3:1: error[F001]: a second YAML document"},
           {"? [a]\n: 1\n", "t.yml:1:3: error[F001]: a key must be text, not a list"},
           {"a:\n  <<: 3\n", "t.yml:2:3: error[F004]"},
           {"a: \"unclosed\n", "error[F001]"},
           {"a: *nothing\n", "t.yml:1:4: error[F001]"},
           {"a: [x]\nb:\n\tc:\n    d: true\n",
            "t.yml:3:1: error[F001]: a tab cannot indent YAML; use spaces"},
           {"a:\n  - b\n \t- c\n", "t.yml:3:2: error[F001]: a tab cannot indent YAML; use spaces"},
           {"x: {{ inventory_hostname }}\n", "t.yml:1:4: error[F001]: {{ must be quoted"},
           {"x: {{ a }}.lan # b\n", "t.yml:1:4: error[F001]: {{ must be quoted"},
           {"x:\n  - {{ a }}\n", "t.yml:2:5: error[F001]: {{ must be quoted"},
           {"x: {% if a %}b{% endif %}\n", "t.yml:1:4: error[F001]: {% must be quoted"},
           {"x: [a, {{ b }}]\n", "t.yml:1:8: error[F001]: {{ must be quoted"},
           {"x: a: b\n", "t.yml:1:4: error[F001]: a value that holds \": \" must be quoted"},
       }) {
    CAPTURE(c.text);
    const Parsed parsed(c.text);
    CHECK_MESSAGE(parsed.findings().find(c.finding) != std::string::npos, parsed.findings());
  }
}

TEST_CASE("yaml: block scalars in a list keep their anchors") {
  const Parsed parsed(
      "list:\n  - &a |\n    text\n  - &b !vault |\n    $ANSIBLE_VAULT;1.1;AES256\n"
      "    3132\n  - !unsafe &c |\n    {{ d }}\n  - *a\nkey: *b  # again\nother: *c\n");
  REQUIRE(parsed.findings() == "");
  const yaml::Node& list = *parsed.root().find("list")->value;
  REQUIRE(list.items.size() == 4);
  CHECK(list.items[0]->text == "text\n");
  CHECK(list.items[3] == list.items[0]);
  CHECK(yaml::is_encrypted(*list.items[1]));
  CHECK(yaml::is_encrypted(*parsed.root().find("key")->value));
  CHECK(parsed.root().find("other")->value->text == "{{ d }}\n");
}

TEST_CASE("yaml: tagged block scalars in a list are as deep as its other items") {
  for (const std::string_view indent : {"   ", "    ", "      ", "             "}) {
    CAPTURE(indent);
    const std::string cipher = fmt::format("{0}$ANSIBLE_VAULT;1.1;AES256\n{0}6162\n", indent);
    const std::string deeper = fmt::format("  {0}$ANSIBLE_VAULT;1.1;AES256\n  {0}6162\n", indent);
    const Parsed parsed(
        fmt::format("a: |\n  - !vault |\n  b\nlist:\n  - a\n  - !vault |\n{0}"
                    "  - !unsafe |\n{1}{{{{ b }}}}\n  - - !vault |\n{2}z: 1\n",
                    cipher, indent, deeper));
    REQUIRE(parsed.findings() == "");
    CHECK(parsed.root().find("a")->value->text == "- !vault |\nb\n");
    const yaml::Node& list = *parsed.root().find("list")->value;
    REQUIRE(list.items.size() == 4);
    CHECK(yaml::is_encrypted(*list.items[1]));
    CHECK(list.items[1]->text.empty());
    CHECK(list.items[2]->text == "{{ b }}\n");
    CHECK(list.items[2]->tag == "!unsafe");
    CHECK_FALSE(list.items[2]->templated);
    CHECK(yaml::is_encrypted(*list.items[3]->items[0]));
    CHECK(yaml::as_int(*parsed.root().find("z")->value) == 1);
  }
}

TEST_CASE("yaml: many keys are found as few are") {
  std::string text;
  for (int i = 0; i < 200; ++i) text += fmt::format("key{}: {}\n", i, i);
  const Parsed parsed(text);
  for (int i = 0; i < 200; ++i)
    CHECK(yaml::as_int(*parsed.root().find(fmt::format("key{}", i))->value) == i);
  CHECK(parsed.root().find("key200") == nullptr);
}

TEST_CASE("yaml: hostile depth is an error, not a crash") {
  CHECK(Parsed(std::string(100'000, '[')).diagnostics.has_errors());
  CHECK(Parsed("").document->root == nullptr);
  CHECK(Parsed("- \n" + std::string(11, '\0') + ":\n \n\n\n").document != nullptr);
  CHECK_FALSE(Parsed("\xEF\xBB\xBF"
                     "a: 1\n")
                  .diagnostics.has_errors());
}

}  // namespace
