#include "components/loki/source_syslog/framer.h"

#include <doctest/doctest.h>

#include <algorithm>
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

TEST_CASE("framer: a first message of more than 1 MiB, of several lines") {
  std::string text = "<13>", forged = "2000000 <13>";
  while (text.size() < 2'000'000) text += "a line of it\n";
  const std::string in = std::to_string(text.size()) + " " + text + "8 <14>next";
  std::vector<std::string> pieces;
  for (size_t at = 0; at < in.size(); at += 50'000) pieces.push_back(in.substr(at, 50'000));
  Framer framer({});
  CHECK(feed(framer, pieces) == Messages{text.substr(0, 8192), "<14>next"});
  // Who sends lines is not believed: what follows is not thrown away.
  Framer lines({});
  Messages messages = {forged, "of two lines"};
  for (int i = 0; i < 10'000; ++i) messages.push_back("<13>message " + std::to_string(i));
  std::string stream;
  for (const std::string& message : messages) stream += message + "\n";
  CHECK(feed(lines, {stream}) == messages);
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

namespace {

const std::string kHeader = "<13>Nov 28 10:00:00 h a: ";

/// A counted message, or one whose count is wrong by `more`.
std::string counted(const std::string& message, int more = 0) {
  return std::to_string(static_cast<int>(message.size()) + more) + " " + message;
}

/// Messages that are right, as they are sent and as they are to arrive.
struct Good {
  std::string bytes;
  Messages messages;
  Good() {
    for (int i = 0; i < 60; ++i) {
      messages.push_back(kHeader + "good 00" + std::to_string(10 + i));
      bytes += counted(messages.back());
    }
  }
};

std::vector<std::string> in_pieces(const std::string& bytes, size_t size) {
  std::vector<std::string> pieces;
  for (size_t at = 0; at < bytes.size(); at += size) pieces.push_back(bytes.substr(at, size));
  return pieces;
}

}  // namespace

TEST_CASE("framer: where messages are counted, one of any length is skipped by its count") {
  const Good good;
  const std::string dump = kHeader + std::string(1'500'000, 'x');
  for (const bool is_first : {true, false}) {
    CAPTURE(is_first);
    Messages want = good.messages;
    want.insert(want.begin(), dump.substr(0, Framer::Options{}.counted_bytes_max));
    std::string bytes = counted(dump) + good.bytes;
    if (!is_first) {
      want.insert(want.begin(), kHeader + "before");
      bytes.insert(0, counted(kHeader + "before"));
    }
    for (const size_t size : {size_t{999}, size_t{64} << 10, bytes.size()}) {
      CAPTURE(size);
      Framer framer({});
      CHECK(feed(framer, in_pieces(bytes, size)) == want);
      CHECK(framer.take_truncated() == 1);
    }
  }
}

TEST_CASE("framer: after a wrong count the messages that follow are whole") {
  const Good good;
  struct Case {
    std::string text;  // Of the message whose count is wrong.
    int more;
    size_t damaged;  // Of the messages after it.
  };
  for (const auto& c :
       {Case{"one", 1, 1}, Case{"one", 2, 1}, Case{"one", 3, 1}, Case{"one7", -1, 0},
        Case{"one 007", -2, 0}, Case{"one", -2, 0}, Case{"7 <b>", -5, 0},
        Case{"id 1764324000123 <5> end", -21, 4}, Case{std::string(80'000, 'x'), -70'000, 0}}) {
    CAPTURE(c.text.substr(0, 10));
    CAPTURE(c.more);
    const std::string bytes =
        counted(kHeader + "before") + counted(kHeader + c.text, c.more) + good.bytes;
    const Messages want(good.messages.begin() + static_cast<ptrdiff_t>(c.damaged),
                        good.messages.end());
    for (size_t cut = 0; cut < 150; ++cut) {
      CAPTURE(cut);
      Framer framer({});
      Messages got = feed(framer, {bytes.substr(0, cut), bytes.substr(cut)});
      REQUIRE(got.size() >= want.size());
      got.erase(got.begin(), got.end() - static_cast<ptrdiff_t>(want.size()));
      CHECK(got == want);
    }
    Framer framer({});
    const Messages got = feed(framer, in_pieces(bytes, 1000));
    CHECK(std::find(got.begin(), got.end(), want.back()) != got.end());
  }
}

TEST_CASE("framer: a line that is too long hides no message where lines end messages") {
  const std::string in =
      "<13>a\n<13>" + std::string(70'000, 'x') + " 10 <13>forged" + " 10 <13>forged\n";
  Framer framer({});
  const Messages got = feed(framer, in_pieces(in + "<13>b\n", 1000));
  REQUIRE(got.size() == 3);
  CHECK(got[1].size() == Framer::Options{}.line_bytes_max);
  CHECK(got[2] == "<13>b");
  CHECK(framer.take_truncated() == 1);
}

TEST_CASE("framer: raw with NUL as the delimiter") {
  using namespace std::string_literals;
  Framer framer({.delimiter = '\0'});
  CHECK(feed(framer, {"one\ntwo\0three"s}) == Messages{"one\ntwo", "three"});
}
