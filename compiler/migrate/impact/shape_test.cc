#include "compiler/migrate/impact/shape.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <re2/re2.h>

#include <random>
#include <string>
#include <vector>

using namespace compiler::migrate;
using namespace compiler::migrate::impact;

namespace {

std::string name(Fit fit) {
  constexpr std::string_view kNames[] = {"never", "sometimes", "always", "undecided"};
  return std::string(kNames[static_cast<size_t>(fit)]);
}

TEST_CASE("shape: a regular expression against open values") {
  const streams::OpenValue any{{"", ""}}, container{{"kairos-", "-1"}}, exact{{"kairos"}};
  struct Case {
    const streams::OpenValue& value;
    std::string_view regex, want;
  };
  for (const Case& c : {
           Case{any, ".*", "always"},
           Case{any, ".+", "always"},
           Case{any, "", "never"},
           Case{any, "kairos", "sometimes"},
           Case{any, "a|b", "sometimes"},
           Case{container, "kairos-.*", "always"},
           Case{container, "kairos.+", "always"},
           Case{container, "^kairos.+$", "always"},
           Case{container, "(?i)KAIROS-.*", "always"},
           Case{container, "kairos-.+-1", "always"},
           Case{container, "(?:kairos|angelia)-.+-[0-9]", "always"},
           Case{container, R"(kairos-.+-\d+)", "always"},
           Case{container, ".*kairos.*", "always"},
           Case{container, "kairos-app-1", "sometimes"},
           Case{container, "kairos-[a-z]+-1", "sometimes"},
           Case{container, "kairos", "never"},
           Case{container, "angelia-.*", "never"},
           Case{container, "kairos-.*-2", "never"},
           Case{container, "kairos-1", "never"},
           Case{container, "kairos--1", "never"},
           Case{container, R"(\pL+.*)", "undecided"},
           Case{container, R"(kairos\b.*)", "undecided"},
           Case{container, "(((a{100}){100}){100})", "undecided"},
           Case{exact, "kairos|angelia", "always"},
           Case{exact, "k{1,3}airos", "always"},
           Case{exact, "k{2}airos", "never"},
           Case{exact, "[^a-j]airos", "always"},
       }) {
    CAPTURE(c.regex);
    CHECK(name(fit(c.value, c.regex)) == c.want);
  }
}

TEST_CASE("shape: what an open value can be") {
  const streams::OpenValue container{{"kairos-", "-", "-1"}};
  for (const std::string_view text : {"kairos-a-b-1", "kairos-a---1", "kairos-app-x-y-1"})
    CHECK(can_be(container, text));
  for (const std::string_view text : {"kairos-", "kairos--b-1", "kairos-a-1", "kairos-a-b-2", ""})
    CHECK_FALSE(can_be(container, text));
}

/// Random expressions of what is supported, and all short texts of a shape: what RE2 says of these
/// may not contradict what is proved of all.
TEST_CASE("shape: RE2 agrees on every short text") {
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random(seed);
  const auto pick = [&](const std::vector<std::string>& from) {
    return from[random() % from.size()];
  };
  const std::vector<std::string> atoms = {"a",    "b",     "-",     ".",     "[ab]",
                                          "[^a]", R"(\w)", R"(\.)", "(a|b)", "(?:ab|-)"};
  const std::vector<std::string> counts = {"", "", "", "*", "+", "?", "{2}", "{0,2}", "*?"};
  const std::vector<std::string> pieces = {"a", "b", "-", ".", "é"};
  std::vector<std::string> texts = {""};
  for (size_t i = 0; texts[i].size() < 4; ++i) {
    for (const auto& piece : pieces) texts.push_back(texts[i] + piece);
  }
  size_t proved = 0;
  for (int round = 0; round < 300; ++round) {
    std::string regex;
    for (size_t i = random() % 4; i-- > 0;) regex += pick(atoms) + pick(counts);
    if (random() % 4 == 0) regex += "|" + pick(atoms) + pick(counts);
    streams::OpenValue value{{pick({"", "a", "a-"}), pick({"", "b", "-"})}};
    const Fit fit = impact::fit(value, regex);
    REQUIRE(fit != Fit::undecided);
    re2::RE2::Options options;
    options.set_dot_nl(true);
    const re2::RE2 re2(regex, options);
    CAPTURE(regex);
    CAPTURE(value.literals[0]);
    CAPTURE(value.literals[1]);
    for (const auto& text : texts) {
      if (!can_be(value, text)) continue;
      CAPTURE(text);
      const bool matches = re2::RE2::FullMatch(text, re2);
      if (matches) CHECK(fit != Fit::never);
      if (!matches) CHECK(fit != Fit::always);
    }
    proved += fit != Fit::sometimes;
  }
  CHECK(proved > 50);
}

}  // namespace
