#include "components/loki/source_syslog/framer.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using components::loki::source_syslog::Framer;

namespace {

using Messages = std::vector<std::string>;

/// Feeds pieces as a connection does: what is not taken comes again with more after it.
Messages feed(Framer& framer, const std::vector<std::string>& pieces) {
  Messages out;
  std::string held;
  for (size_t i = 0; i < pieces.size(); ++i) {
    held += pieces[i];
    std::string_view rest = held, message;
    while (framer.next(rest, i + 1 == pieces.size(), message) == Framer::Got::message)
      out.emplace_back(message);
    held = std::string(rest);
    CHECK(held.size() <= framer.pending_bytes_max());
  }
  return out;
}

}  // namespace

TEST_CASE("framer: every message chooses its framing") {
  using namespace std::string_literals;
  struct Case {
    std::string in;
    Messages want;
  };
  for (const auto& c : {
           Case{"<1>a\n<2>b\n", {"<1>a", "<2>b"}},
           Case{"<1>a\r\n\n\n<2>b", {"<1>a\r", "<2>b"}},
           Case{"4 <1>a5 <2>bb", {"<1>a", "<2>bb"}},
           Case{"4 <1>a\n5 <2>bb\n", {"<1>a", "<2>bb"}},
           Case{"5 <1>\n<<2>x\n", {"<1>\n<", "<2>x"}},
           Case{"<1>a\n4 <2>b<3>c\n", {"<1>a", "<2>b", "<3>c"}},
           Case{"<1>a\0<2>b\0"s, {"<1>a", "<2>b"}},
           Case{"<1>a\0x\n"s, {"<1>a\0x"s}},
           Case{"<1>a\0\n<2>b\n"s, {"<1>a\0"s, "<2>b"}},
           Case{"no priority\n12 is no count\n2026-01-01 x\n",
                {"no priority", "12 is no count", "2026-01-01 x"}},
           Case{"0123 <1>a\n", {"0123 <1>a"}},
           Case{"<1>a\n5 <13>xyz\n<2>b\n", {"<1>a", "5 <13>xyz", "<2>b"}},
           Case{"999999999 <1>a\n", {"999999999 <1>a"}},
           Case{"20 <1>cut at the e", {"<1>cut at the e"}},
           Case{"", {}},
           Case{"\n\n\0"s, {}},
       }) {
    CAPTURE(c.in);
    Framer framer({});
    CHECK(feed(framer, {c.in}) == c.want);
    CHECK(framer.take_truncated() == 0);
  }
}

TEST_CASE("framer: what looks like a count and is none costs no message") {
  struct Case {
    std::string in;
    Messages want;
  };
  const std::string good = "<13>Nov 27 10:00:01 web1 app: seq";
  for (const auto& c : {
           // Text of a line-framed stream.
           Case{good + "\n99999999 <b>bold</b>\n" + good + "\n",
                {good, "99999999 <b>bold</b>", good}},
           Case{good + "\n99999999 <13>x\n" + good + "\n", {good, "99999999 <13>x", good}},
           Case{good + "\n20 <13>x\n" + good + "\n", {good, "20 <13>x", good}},
           Case{good + "\n300 <13>x\n2 <13>y\n" + good, {good, "300 <13>x", "2 <13>y", good}},
           Case{"12 <999>x\n<13>y\n12 <>\n12 <13 x\n", {"12 <999>x", "<13>y", "12 <>", "12 <13 x"}},
           Case{"99999999 <13>x\n" + good + "\n", {"99999999 <13>x", good}},
           // Counts in characters of a text that has more bytes.
           Case{"6 <13>\xc3\xa9\xc3\xa9"
                "5 <13>b5 <13>c",
                {"<13>\xc3\xa9", "\xc3\xa9", "<13>b", "<13>c"}},
       }) {
    CAPTURE(c.in);
    for (size_t cut = 0; cut <= c.in.size(); ++cut) {
      CAPTURE(cut);
      Framer framer({});
      CHECK(feed(framer, {c.in.substr(0, cut), c.in.substr(cut)}) == c.want);
      CHECK(framer.take_truncated() == 0);
    }
  }
}

TEST_CASE("framer: the same messages however the bytes are cut") {
  const std::string whole = "<1>first\n12 <2>second 1\n<3>third\n8 <4>four\n<5>last";
  const Messages want = {"<1>first", "<2>second 1\n", "<3>third", "<4>four\n", "<5>last"};
  for (size_t a = 0; a <= whole.size(); ++a)
    for (size_t b = a; b <= whole.size(); ++b) {
      CAPTURE(a);
      CAPTURE(b);
      Framer framer({});
      CHECK(feed(framer, {whole.substr(0, a), whole.substr(a, b - a), whole.substr(b)}) == want);
    }
  Framer framer({});
  std::vector<std::string> bytes;
  for (const char c : whole) bytes.emplace_back(1, c);
  CHECK(feed(framer, bytes) == want);
}

TEST_CASE("framer: too long messages are cut and counted, what follows is whole") {
  const Framer::Options options{.counted_bytes_max = 8, .line_bytes_max = 8};
  const std::string in = "13 <1>345678xxxx\n<1>345678yyyy\n<2>b\n8 <3>45678<4>c\n";
  const Messages want = {"<1>34567", "<1>34567", "<2>b", "<3>45678", "<4>c"};
  for (size_t cut = 0; cut <= in.size(); ++cut) {
    CAPTURE(cut);
    Framer framer(options);
    const auto got = feed(framer, {in.substr(0, cut), in.substr(cut)});
    CHECK(got == want);
    CHECK(framer.take_truncated() == 2);
  }
}

TEST_CASE("framer: raw with NUL as the delimiter") {
  using namespace std::string_literals;
  Framer framer({.delimiter = '\0'});
  CHECK(feed(framer, {"one\ntwo\0three"s}) == Messages{"one\ntwo", "three"});
}
