#include "telemetry/relabel.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <re2/re2.h>

#include "base/digest.h"
#include "telemetry/text.h"

namespace telemetry::relabel {
namespace {

std::shared_ptr<const re2::RE2> anchored(std::string_view source) {
  auto regex = std::make_shared<re2::RE2>("^(?s:" + std::string(source) + ")$");
  REQUIRE(regex->ok());
  return regex;
}

/// Prints every label, the internal ones too.
std::string print(const LabelsBuilder& labels) {
  std::string out;
  const Labels sorted = labels.build();
  for (const auto& [name, value] : sorted.all()) out += fmt::format("{}={} ", name, value);
  if (!out.empty()) out.pop_back();
  return out;
}

std::string run(const Rules& rules, std::vector<Label> labels) {
  LabelsBuilder builder{Labels(std::move(labels))};
  return apply(rules, builder) ? print(builder) : "dropped";
}

const std::vector<Label> kSample = {{"a", "foo"}, {"b", "bar"}, {"c", "baz"}};

}  // namespace

TEST_CASE("relabel: one rule of each action") {
  struct Case {
    std::string_view what;
    Rule rule;
    std::string_view want;
  };
  const std::vector<Case> cases = {
      {"replace with a group",
       {.source_labels = {"a"},
        .regex = anchored("f(.*)"),
        .target_label = "d",
        .replacement = "ch${1}-ch${1}"},
       "a=foo b=bar c=baz d=choo-choo"},
      {"no match, no change",
       {.source_labels = {"a"}, .regex = anchored("o"), .target_label = "d"},
       "a=foo b=bar c=baz"},
      {"sources are joined",
       {.source_labels = {"a", "b", "c"}, .target_label = "d"},
       "a=foo b=bar c=baz d=foo;bar;baz"},
      {"an absent source keeps its separator",
       {.source_labels = {"a", "none", "c"}, .separator = "-", .target_label = "d"},
       "a=foo b=bar c=baz d=foo--baz"},
      {"no sources, fixed text",
       {.target_label = "d", .replacement = "fixed"},
       "a=foo b=bar c=baz d=fixed"},
      {"an empty result deletes",
       {.source_labels = {"a"}, .regex = anchored("f(x)?oo"), .target_label = "b"},
       "a=foo c=baz"},
      {"the target is expanded",
       {.source_labels = {"a"},
        .regex = anchored("(f).*"),
        .target_label = "${1}x",
        .replacement = "y"},
       "a=foo b=bar c=baz fx=y"},
      {"an expanded target that is no name is skipped",
       {.source_labels = {"a"},
        .regex = anchored("(f).*"),
        .target_label = "9${1}",
        .replacement = "y"},
       "a=foo b=bar c=baz"},
      {"named groups",
       {.source_labels = {"a"},
        .regex = anchored("(?P<first>.)(?P<rest>.*)"),
        .target_label = "d",
        .replacement = "$rest$first"},
       "a=foo b=bar c=baz d=oof"},
      {"keep",
       {.source_labels = {"a"}, .regex = anchored("f.*"), .action = Action::keep},
       "a=foo b=bar c=baz"},
      {"keep is anchored",
       {.source_labels = {"a"}, .regex = anchored("o"), .action = Action::keep},
       "dropped"},
      {"drop",
       {.source_labels = {"a"}, .regex = anchored(".*o"), .action = Action::drop},
       "dropped"},
      {"drop without a match",
       {.source_labels = {"a"}, .regex = anchored("x"), .action = Action::drop},
       "a=foo b=bar c=baz"},
      {"keepequal, different",
       {.source_labels = {"a"}, .target_label = "b", .action = Action::keepequal},
       "dropped"},
      {"keepequal, both absent",
       {.source_labels = {"x"}, .target_label = "y", .action = Action::keepequal},
       "a=foo b=bar c=baz"},
      {"dropequal, same",
       {.source_labels = {"a"}, .target_label = "a", .action = Action::dropequal},
       "dropped"},
      {"dropequal, different",
       {.source_labels = {"a"}, .target_label = "b", .action = Action::dropequal},
       "a=foo b=bar c=baz"},
      {"hashmod",
       {.source_labels = {"c"}, .modulus = 1000, .target_label = "d", .action = Action::hashmod},
       "a=foo b=bar c=baz d=976"},
      {"hashmod of joined values",
       {.source_labels = {"a", "b"},
        .modulus = 1000,
        .target_label = "d",
        .action = Action::hashmod},
       "a=foo b=bar c=baz d=750"},
      {"labelmap",
       {.regex = anchored("(b|c)"), .replacement = "bar_$1", .action = Action::labelmap},
       "a=foo b=bar bar_b=bar bar_c=baz c=baz"},
      {"labelmap to what is not a label name",
       {.regex = anchored("(.)"), .replacement = "9$1", .action = Action::labelmap},
       "a=foo b=bar c=baz"},
      {"labeldrop", {.regex = anchored("(b|c)"), .action = Action::labeldrop}, "a=foo"},
      {"labelkeep", {.regex = anchored("(b|c)"), .action = Action::labelkeep}, "b=bar c=baz"},
      {"uppercase",
       {.source_labels = {"a", "b"}, .target_label = "d", .action = Action::uppercase},
       "a=foo b=bar c=baz d=FOO;BAR"},
      {"lowercase of nothing deletes",
       {.source_labels = {"x"}, .target_label = "a", .action = Action::lowercase},
       "b=bar c=baz"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.what);
    CHECK(run({c.rule}, kSample) == c.want);
  }
}

TEST_CASE("relabel: rules see what rules before them did, and stop at the first drop") {
  const Rules rules = {
      {.source_labels = {"a"}, .target_label = "x", .replacement = "$1-1"},
      {.source_labels = {"x"}, .regex = anchored("foo-1"), .action = Action::keep},
      {.source_labels = {"x"}, .target_label = "y"},
      {.source_labels = {"b"}, .regex = anchored("bar"), .action = Action::drop},
      {.target_label = "never", .replacement = "x"},
  };
  LabelsBuilder builder{Labels(kSample)};
  CHECK_FALSE(apply(rules, builder));
  CHECK(print(builder) == "a=foo b=bar c=baz x=foo-1 y=foo-1");
}

TEST_CASE("relabel: a dot matches a newline") {
  CHECK(run({{.source_labels = {"a"}, .regex = anchored("x(.*)z"), .target_label = "d"}},
            {{"a", "x\nz"}}) == "a=x\nz d=\n");
}

TEST_CASE("relabel: the rule that comes later wins") {
  const Rules rules = {
      {.source_labels = {"a"},
       .regex = anchored("foo"),
       .target_label = "job",
       .replacement = "special"},
      {.source_labels = {"a"},
       .regex = anchored(".+"),
       .target_label = "job",
       .replacement = "generic"},
  };
  CHECK(run(rules, {{"a", "foo"}}) == "a=foo job=generic");
}

TEST_CASE("expand: Go's rules") {
  const re2::RE2 regex("(?P<name>a)(b)(x)?");
  re2::StringPiece groups[4];
  REQUIRE(regex.Match("ab", 0, 2, re2::RE2::ANCHOR_BOTH, groups, 4));
  struct Case {
    std::string_view pattern, want;
  };
  for (const auto& c :
       {Case{"$1-$2", "a-b"}, Case{"$0", "ab"}, Case{"$1x", ""}, Case{"${1}x", "ax"},
        Case{"$name", "a"}, Case{"${name}y", "ay"}, Case{"$namey", ""}, Case{"$3", ""},
        Case{"$9", ""}, Case{"$$1", "$1"}, Case{"$", "$"}, Case{"${1", "${1"}, Case{"${}", "${}"},
        Case{"$-", "$-"}, Case{"$01", ""}, Case{"plain", "plain"}, Case{"", ""},
        Case{"$99999999999", ""}, Case{"${a-b}", "${a-b}"}}) {
    CAPTURE(c.pattern);
    CHECK(expand(c.pattern, regex, groups) == c.want);
  }
}

TEST_CASE("md5: the RFC's test suite") {
  struct Case {
    std::string_view text, want;
  };
  for (const auto& c :
       {Case{"", "d41d8cd98f00b204e9800998ecf8427e"}, Case{"a", "0cc175b9c0f1b6a831c399e269772661"},
        Case{"message digest", "f96b697d7cb7938d525a2f31aaf161d0"},
        Case{"12345678901234567890123456789012345678901234567890123456789012345678901234567890",
             "57edf4a22be3c955ac49da2e2107b67a"}}) {
    std::string hex;
    for (const uint8_t byte : base::md5(c.text)) hex += fmt::format("{:02x}", byte);
    CHECK(hex == c.want);
  }
}

TEST_CASE("letter case: beyond ASCII") {
  CHECK(to_lower("ABC Ä Ž Σ Я Ё 1\xff") == "abc ä ž σ я ё 1\xff");
  CHECK(to_upper("abc ä ž σ я ё ÿ 1\xff") == "ABC Ä Ž Σ Я Ё Ÿ 1\xff");
}

}  // namespace telemetry::relabel
