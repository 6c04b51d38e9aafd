#include "components/loki/process/stages/regex_sequence.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <re2/re2.h>

#include <random>

namespace components::loki::process::stages {
namespace {

using Answer = RegexSequence::Answer;

std::string groups_text(bool matched, const std::vector<std::string_view>& groups) {
  if (!matched) return "no match";
  std::string out;
  for (const auto group : groups) out += fmt::format("[{}]", group);
  return out;
}

std::string by_re2(const std::string& regex, std::string_view text, size_t count) {
  const re2::RE2 compiled(regex);
  std::vector<re2::StringPiece> pieces(count);
  const re2::StringPiece piece(text.data(), text.size());
  const bool matched = compiled.Match(piece, 0, piece.size(), re2::RE2::UNANCHORED, pieces.data(),
                                      static_cast<int>(count));
  std::vector<std::string_view> groups;
  for (const auto& found : pieces) groups.emplace_back(found.data(), found.size());
  return groups_text(matched, groups);
}

const std::string kSequences[] = {
    R"(^\S+ (?P<level>[A-Z]+) .*trace_id=(?P<id>[0-9a-f]+) )",
    R"((\w+)=(\d+))",
    R"(a*a)",
    R"(a*?b)",
    R"((a+)(a+)b)",
    R"((?P<x>[^ ]*) ?(.*)$)",
    R"(^(.*?),(.*)$)",
    R"r(\[(?P<time>[^\]]+)\] "(\S+) ([^"]*)")r",
    R"(x?y?z?)",
    R"((?:ab)c\.d)",
    R"(()a()$)",
    R"([a-c\d_-]+-[+*.])",
    R"(.+?b.+)",
    R"(^$)",
    R"(\s\S\W\D)",
    "",
};

}  // namespace

TEST_CASE("sequence: finds what RE2 finds") {
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random(seed);
  const std::string alphabet = "ab,=x0 7_-.\"[]\nAtrace_id=";
  for (const std::string& regex : kSequences) {
    CAPTURE(regex);
    auto sequence = RegexSequence::compile(regex);
    REQUIRE(sequence.has_value());
    const auto count = static_cast<size_t>(re2::RE2(regex).NumberOfCapturingGroups()) + 1;
    size_t answered = 0;
    for (int i = 0; i < 500; ++i) {
      std::string text;
      for (size_t size = random() % 40; text.size() < size;) {
        if (random() % 8 == 0)
          text += " trace_id=0af ";
        else
          text += alphabet[random() % alphabet.size()];
      }
      std::vector<std::string_view> groups(count);
      const Answer answer = sequence->match(text, groups);
      if (answer == Answer::ask_re2) continue;
      ++answered;
      const std::string got = groups_text(answer == Answer::match, groups);
      const std::string want = by_re2(regex, text, count);
      if (got != want) {
        CAPTURE(text);
        CHECK(got == want);
      }
    }
    CHECK(answered > 450);
  }
}

TEST_CASE("sequence: what is more is left to RE2") {
  for (std::string_view regex :
       {"a|b", "(a)+", "(?i)a", "a{2}", R"(\bword\b)", R"(\pL)", "[[:alpha:]]", "a**", "a^b", "a$b",
        "ä", R"(\x41)", "(?P<a>x)?", "(a", "a)", "[a"}) {
    CAPTURE(regex);
    CHECK_FALSE(RegexSequence::compile(regex).has_value());
  }
}

TEST_CASE("sequence: gives up on hard texts and on other than ASCII") {
  auto sequence = RegexSequence::compile("a*a*a*a*a*c");
  REQUIRE(sequence.has_value());
  CHECK(sequence->match(std::string(2000, 'a'), {}) == Answer::ask_re2);
  auto quadratic = RegexSequence::compile(R"(\S+x)");
  REQUIRE(quadratic.has_value());
  CHECK(quadratic->match(std::string(1'000'000, 'a'), {}) == Answer::ask_re2);
  CHECK(sequence->match("äc", {}) == Answer::ask_re2);
}

}  // namespace components::loki::process::stages
