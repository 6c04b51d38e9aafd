#include "telemetry/match_text.h"

#include <doctest/doctest.h>

#include <array>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <utility>

#include "telemetry/relabel.h"
#include "telemetry/text.h"

namespace telemetry {
namespace {

/// A small model of Go's regexp: backtracking over the runes of a text, of which a byte that is not
/// UTF-8 is U+FFFD, one byte wide. Alternatives and repetitions prefer what is written first.
struct Model {
  enum class Kind { runes, sequence, either, star, plus, optional };
  using Node = std::shared_ptr<const Model>;
  using Then = std::function<bool(size_t)>;

  Kind kind = Kind::runes;
  std::string text;                      // The node in the regex's syntax.
  std::function<bool(uint32_t)> accept;  // Of runes.
  Node left, right;

  bool match(std::string_view bytes, size_t at, const Then& then) const {
    switch (kind) {
      case Kind::runes: {
        if (at == bytes.size()) return false;
        const Utf8Char next = first_utf8(bytes.substr(at));
        return accept(next.code_point) && then(at + next.size);
      }
      case Kind::sequence:
        return left->match(bytes, at, [&](size_t on) { return right->match(bytes, on, then); });
      case Kind::either:
        return left->match(bytes, at, then) || right->match(bytes, at, then);
      case Kind::star:
        return repeat(bytes, at, then) || then(at);
      case Kind::plus:
        return repeat(bytes, at, then);
      case Kind::optional:
        return left->match(bytes, at, then) || then(at);
    }
    return false;
  }
  bool repeat(std::string_view bytes, size_t at, const Then& then) const {
    return left->match(bytes, at, [&](size_t on) { return repeat(bytes, on, then) || then(on); });
  }
};

using Random = std::mt19937;

size_t below(Random& random, size_t bound) {
  return std::uniform_int_distribution<size_t>(0, bound - 1)(random);
}

Model::Node rune_node(Random& random) {
  const auto is = [](uint32_t wanted) { return [=](uint32_t rune) { return rune == wanted; }; };
  const auto space = [](uint32_t r) {
    return r == ' ' || r == '\t' || r == '\n' || r == '\f' || r == '\r';
  };
  const auto word = [](uint32_t r) {
    return r < 0x80 && (base::is_letter(static_cast<char>(r)) ||
                        base::is_digit(static_cast<char>(r)) || r == '_');
  };
  const std::array<std::pair<const char*, std::function<bool(uint32_t)>>, 12> kinds = {
      {{"a", is('a')},
       {"b", is('b')},
       {"=", is('=')},
       {"\xc3\xa9", is(0xe9)},
       {"\xef\xbf\xbd", is(0xFFFD)},
       {".", [](uint32_t r) { return r != '\n'; }},
       {"\\s", space},
       {"\\S", [=](uint32_t r) { return !space(r); }},
       {"\\w", word},
       {"\\W", [=](uint32_t r) { return !word(r); }},
       {"[^a=]", [](uint32_t r) { return r != 'a' && r != '='; }},
       {"[\xc3\xa0-\xc3\xbf]", [](uint32_t r) { return r >= 0xe0 && r <= 0xff; }}}};
  const auto& [text, accept] = kinds[below(random, kinds.size())];
  return std::make_shared<const Model>(Model{Model::Kind::runes, text, accept, nullptr, nullptr});
}

Model::Node node(Random& random, int depth) {
  if (depth == 0) return rune_node(random);
  const auto made = [](Model::Kind kind, std::string text, Model::Node left,
                       Model::Node right = nullptr) {
    return std::make_shared<const Model>(
        Model{kind, std::move(text), {}, std::move(left), std::move(right)});
  };
  // What is repeated is one rune: an empty repetition is a question of its own.
  switch (below(random, 6)) {
    case 0: {
      auto one = rune_node(random);
      return made(Model::Kind::star, one->text + "*", one);
    }
    case 1: {
      auto one = rune_node(random);
      return made(Model::Kind::plus, one->text + "+", one);
    }
    case 2: {
      auto one = node(random, depth - 1);
      return made(Model::Kind::optional, "(?:" + one->text + ")?", one);
    }
    case 3: {
      auto left = node(random, depth - 1), right = node(random, depth - 1);
      return made(Model::Kind::either, "(?:" + left->text + "|" + right->text + ")", left, right);
    }
    default: {
      auto left = node(random, depth - 1), right = node(random, depth - 1);
      return made(Model::Kind::sequence, left->text + right->text, left, right);
    }
  }
}

std::string random_bytes(Random& random) {
  constexpr std::array<std::string_view, 16> kPieces = {"a",
                                                        "b",
                                                        "=",
                                                        " ",
                                                        "\n",
                                                        "_",
                                                        "7",
                                                        "\xc3\xa9",
                                                        "\xff",
                                                        "\xe9",
                                                        "\xc3",
                                                        "\xe2\x82",
                                                        "\xf0\x9f",
                                                        "\xef\xbf\xbd",
                                                        "\xed\xa0\x80",
                                                        "\xc0\x80"};
  std::string out;
  for (size_t left = below(random, 12); left > 0; --left)
    out += kPieces[below(random, kPieces.size())];
  return out;
}

}  // namespace

TEST_CASE("match text: finds in any bytes what Go's regexp finds") {
  constexpr unsigned kSeed = 20261128;
  Random random(kSeed);
  size_t found = 0;
  for (int round = 0; round < 1500; ++round) {
    const auto model = node(random, 3);
    const re2::RE2 regex(model->text);
    REQUIRE_MESSAGE(regex.ok(), model->text);
    for (int i = 0; i < 8; ++i) {
      const std::string bytes = random_bytes(random);
      std::string want = "none";
      for (size_t at = 0; at <= bytes.size() && want == "none";) {
        model->match(bytes, at, [&](size_t end) {
          want = std::to_string(at) + "+" + std::to_string(end - at);
          return true;
        });
        at += at < bytes.size() ? first_utf8(std::string_view(bytes).substr(at)).size : 1;
      }
      std::array<re2::StringPiece, 1> groups;
      const MatchText text(bytes);
      std::string got = "none";
      if (text.find(regex, 0, groups))
        got = std::to_string(groups[0].data() - bytes.data()) + "+" +
              std::to_string(groups[0].size());
      if (got != want)
        FAIL_CHECK(model->text << " in " << bytes << ": " << got << ", not " << want);
      found += got != "none";
      const bool whole = model->match(bytes, 0, [&](size_t end) { return end == bytes.size(); });
      if (text.matches_whole(regex) != whole) FAIL_CHECK(model->text << " is all of " << bytes);
    }
  }
  CHECK(found > 1000);
}

TEST_CASE("relabel: bytes that are not UTF-8 match as in Go") {
  struct Case {
    std::string_view regex, value, want;
  };
  for (const auto& c :
       {Case{"(.*)", "caf\xe9", "caf\xe9"}, Case{"user=(.+)", "user=\xff\xfe", "\xff\xfe"},
        Case{"(caf)\xef\xbf\xbd", "caf\xe9", "caf"}, Case{"(caf).", "caf\xc3\xa9", "caf"},
        Case{"(caf).", "caf\xc3", "caf"}, Case{"(\\w+)", "caf\xe9", ""}}) {
    CAPTURE(c.value);
    const relabel::Rules rules = {
        {.source_labels = {"a"},
         .regex = std::make_shared<re2::RE2>("^(?s:" + std::string(c.regex) + ")$"),
         .target_label = "b"}};
    LabelsBuilder labels(Labels({{"a", std::string(c.value)}}));
    CHECK(relabel::apply(rules, labels));
    CHECK(labels.get("b") == c.want);
  }
  CHECK(valid_utf8("caf\xe9 \xc3\xa9\xff") == "caf\xef\xbf\xbd \xc3\xa9\xef\xbf\xbd");
}

TEST_CASE("matches: all of them, as Go's FindAll has them") {
  struct Case {
    std::string regex, text, want;  // The matches, each in brackets.
  };
  for (const auto& c :
       {Case{"a", "banana", "b[a]n[a]n[a]"}, Case{"a*", "baaac", "[]b[aaa]c[]"},
        Case{"x*", "\u00e91", "[]\u00e9[]1[]"}, Case{"", "", "[]"}, Case{"$", "ab", "ab[]"},
        Case{"x", "", ""}, Case{"x*", "\xffx\xff", "[]\xff[x]\xff[]"}, Case{"^a", "aa", "[a]a"},
        Case{".?", "\xe2\x82", "[\xe2][\x82]"}}) {
    CAPTURE(c.regex);
    CAPTURE(c.text);
    const re2::RE2 regex(c.regex);
    const MatchText text(c.text);
    Matches all(text, regex);
    std::array<re2::StringPiece, 1> groups;
    std::string marked;
    size_t copied = 0;
    while (all.next(groups)) {
      const auto begin = static_cast<size_t>(groups[0].data() - c.text.data());
      marked += c.text.substr(copied, begin - copied) + "[" + std::string(groups[0]) + "]";
      copied = begin + groups[0].size();
    }
    CHECK(marked + c.text.substr(copied) == c.want);
    CHECK_FALSE(all.next(groups));
  }
}

}  // namespace telemetry
