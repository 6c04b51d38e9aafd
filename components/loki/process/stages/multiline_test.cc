#include <doctest/doctest.h>

#include <map>
#include <random>

#include "components/loki/process/fixture.h"

namespace components::loki::process::stages {
namespace {

using std::chrono::milliseconds;
using telemetry::Ack;
using telemetry::LogBatch;

/// What was sent on, with LF shown as |.
std::string flat(const LogBatch& batch) {
  std::string out;
  for (const auto& entry : batch.entries) {
    std::string line(batch.line(entry));
    std::replace(line.begin(), line.end(), '\n', '|');
    out += line + " ";
  }
  return out;
}

/// One line after the other, in the plainest way: what the stage must agree with.
class Joiner {
 public:
  explicit Joiner(size_t max_lines) : max_lines_(max_lines) {}

  void take(const std::string& stream, const std::string& line) {
    const bool is_first = line.starts_with('F');
    if (!is_first && !streams_.contains(stream)) return send(stream, line);
    auto& open = streams_[stream];
    if (is_first) close(stream);
    open.push_back(line);
    if (open.size() == max_lines_) close(stream);
  }
  void close(const std::string& stream) {
    auto& open = streams_[stream];
    if (open.empty()) return;
    std::string text = open[0];
    for (size_t i = 1; i < open.size(); ++i) text += "|" + open[i];
    open.clear();
    send(stream, text);
  }
  void close_all() {
    for (const auto& [stream, open] : streams_) close(stream);
  }

  std::map<std::string, std::string> sent;  ///< by stream, a space behind each
  size_t count = 0;

 private:
  void send(const std::string& stream, const std::string& text) {
    sent[stream] += text + " ";
    ++count;
  }
  size_t max_lines_;
  std::map<std::string, std::vector<std::string>> streams_;
};

/// Adds what was sent on to `out`, by stream.
size_t collect(const LogBatch& batch, std::map<std::string, std::string>& out) {
  for (const auto& entry : batch.entries) {
    std::string line(batch.line(entry));
    std::replace(line.begin(), line.end(), '\n', '|');
    out[std::string(batch.labels(entry).get("s"))] += line + " ";
  }
  return batch.entries.size();
}

}  // namespace

TEST_CASE("stage.multiline: lines in, blocks out, what stays open goes with the flush") {
  struct Case {
    std::string_view what, attributes;
    std::vector<std::string> in;
    std::string_view sent, flushed;
  };
  const Case cases[] = {
      {"blocks", "", {"F1", "a", "b", "F2", "F3", "c"}, "F1|a|b F2 ", "F3|c "},
      {"before a first line", "", {"a\n", "b", "F1", "c"}, "a| b ", "F1|c "},
      {"no first line", "", {"a", "b"}, "a b ", ""},
      {"line ends go", "", {"F1\r\n", "a\n", "F2\n\r\n"}, "F1|a ", "F2 "},
      {"line ends stay", "trim_newlines = false", {"F1\n", "a", "F2"}, "F1||a ", "F2 "},
      {"max_lines", "max_lines = 2", {"F1", "a", "b", "c", "d", "F2"}, "F1|a b|c d ", "F2 "},
      {"max_lines of one", "max_lines = 1", {"F1", "a", "F2"}, "F1 a F2 ", ""},
      {"empty lines", "", {"F1", "", "", "a", "F2"}, "F1|||a ", "F2 "},
  };
  for (const Case& c : cases) {
    CAPTURE(c.what);
    Fixture fixture(fmt::format("stage.multiline {{\nfirstline = \"^F\"\n{}\n}}", c.attributes));
    REQUIRE_MESSAGE(fixture.checked.arguments, fixture.checked.messages);
    CHECK(fixture.checked.messages == "");
    CHECK(flat(fixture.process(lines(c.in))) == c.sent);
    CHECK(flat(fixture.flush(Stage::kAll)) == c.flushed);
    CHECK(fixture.held() == 0);
    // The same, a batch for each line.
    Fixture slow(fmt::format("stage.multiline {{\nfirstline = \"^F\"\n{}\n}}", c.attributes));
    std::string sent;
    for (const auto& line : c.in) sent += flat(slow.process(lines({line})));
    CHECK(sent == c.sent);
    CHECK(flat(slow.flush(Stage::kAll)) == c.flushed);
  }
}

TEST_CASE("stage.multiline: a block has all of its first line") {
  const std::string_view stages = R"r(
    stage.regex { expression = "^F(?P<id>\\d) (?P<word>\\w+)" }
    stage.structured_metadata { values = { id = "" } }
    stage.multiline {
      firstline = "^F"
      max_lines = 2
    }
    stage.labels { values = { word = "" } })r";
  const std::string want =
      "1 {job=\"j\", word=\"one\"} [id=1] F1 one\na\n1 {job=\"j\", word=\"one\"} [id=1] b\nc\n";
  Fixture fixture(stages);
  CHECK(fixture.run({"F1 one", "a", "b", "c", "F2 two"}, true) == want);
  CHECK(print(fixture.flush(Stage::kAll), true) == "5 {job=\"j\", word=\"two\"} [id=2] F2 two\n");
  Fixture slow(stages);
  std::string got;
  for (const char* line : {"F1 one", "a", "b", "c"}) got += slow.run({line}, true);
  CHECK(got == want);
}

TEST_CASE("stage.multiline: a block waits so long for its next line, and no longer") {
  Fixture fixture("stage.multiline {\nfirstline = \"^F\"\nmax_wait_time = \"100ms\"\n}");
  CHECK(fixture.due() == Clock::time_point::max());
  fixture.now += milliseconds(10);
  CHECK(fixture.run({"F1"}) == "");
  CHECK(fixture.due() == fixture.now + milliseconds(100));
  fixture.now += milliseconds(60);
  CHECK(fixture.run({"a"}) == "");
  CHECK(fixture.held() == 2);
  CHECK(flat(fixture.flush(fixture.now + milliseconds(99))) == "");
  CHECK(flat(fixture.flush(fixture.now + milliseconds(100))) == "F1|a ");
  CHECK(fixture.due() == Clock::time_point::max());
  CHECK(fixture.held() == 0);
  // Lines that come late still belong to that first line.
  fixture.now += milliseconds(500);
  CHECK(fixture.run({"b"}) == "");
  CHECK(print(fixture.flush(Stage::kAll), true) == "1 {job=\"j\"} b\n");
}

TEST_CASE("stage.multiline: what it flushes goes through the stages behind it, also within match") {
  const std::string_view multiline = "stage.multiline { firstline = \"^F\" }";
  const std::string_view behind = R"r(
    stage.regex { expression = "(?s)\n(?P<second>.*)" }
    stage.labels { values = { second = "" } }
    stage.drop { expression = "drop" })r";
  for (const std::string& stages :
       {fmt::format("{}\n{}", multiline, behind),
        fmt::format("stage.match {{ selector = \"{{job=\\\"j\\\"}}\"\n{}\n{}\n}}", multiline,
                    behind),
        fmt::format("stage.match {{ selector = \"{{job=\\\"j\\\"}}\"\n{}\n}}\n{}", multiline,
                    behind),
        fmt::format("{}\n{}\n{}", multiline, multiline, behind)}) {
    CAPTURE(stages);
    Fixture fixture(stages);
    REQUIRE(fixture.checked.messages == "");
    CHECK(fixture.run({"F1", "a"}) == "");
    const auto at = fixture.now + std::chrono::seconds(3);
    CHECK(fixture.due() == at);
    std::string sent = print(fixture.flush(at));
    if (sent.empty()) sent = print(fixture.flush(fixture.due()));  // Two of them hold it in turn.
    CHECK(sent == "{job=\"j\", second=\"a\"} F1\na\n");
    CHECK(fixture.run({"F2", "drop"}) == "");
    CHECK(fixture.flush(Stage::kAll).entries.empty());
    CHECK(fixture.held() == 0);
    CHECK(fixture.exposes("reason=\"drop_stage\"} 1"));
  }
}

TEST_CASE("stage.multiline: a block holds the acks of all its lines") {
  Fixture fixture("stage.multiline { firstline = \"^F\" }");
  std::vector<std::string> events;
  const auto send = [&](std::string name, const std::vector<std::string>& texts) {
    auto batch = lines(texts);
    batch.ack = Ack([&events, name](bool ok) { events.push_back(name + (ok ? "+" : "-")); });
    return fixture.process(std::move(batch));
  };
  send("1", {"F1", "a"});
  send("2", {"b"});
  CHECK(events.empty());
  auto third = send("3", {"F2"});
  CHECK(flat(third) == "F1|a|b ");
  CHECK(events.empty());  // The block is under way.
  third = {};
  CHECK(events == std::vector<std::string>{"1+", "2+"});  // 3 waits for its own block.
  events.clear();
  auto flushed = fixture.flush(Stage::kAll);
  CHECK(events.empty());
  flushed.ack.abandon();
  flushed = {};
  CHECK(events == std::vector<std::string>{"3-"});
  events.clear();
  // A batch whose blocks are all sent waits for nothing else.
  send("before", {"x", "F1"});
  send("dies", {"c"});
  fixture.destroy();
  CHECK(events == std::vector<std::string>{"before-", "dies-"});
}

TEST_CASE("stage.multiline: the blocks of many streams are bounded together") {
  constexpr size_t kMiB = size_t{1} << 20;
  size_t acked = 0, most_held = 0, sent = 0;
  Fixture fixture("stage.multiline {\nfirstline = \"^F\"\nmax_lines = 0\n}");
  const auto send = [&](const std::string& stream, const std::string& text) {
    auto batch = lines({text}, {{"s", stream}});
    batch.ack = Ack([&](bool ok) { acked += ok; });
    sent += fixture.process(std::move(batch)).entries.size();
    most_held = std::max(most_held, fixture.held());
  };
  send("small", "F");
  for (size_t i = 0; i < 100; ++i) send(std::to_string(i), "F" + std::string(kMiB - 1, 'x'));
  CHECK(most_held == 32);  // With the small one, which is never the largest.
  CHECK(sent + fixture.held() == 101);
  CHECK(acked == sent);
  CHECK(flat(fixture.flush(Stage::kAll)).find("F ") != std::string::npos);
  CHECK(acked == 101);
}

TEST_CASE("stage.multiline: agrees with a plain joiner on any cut into batches, none is lost") {
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 200; ++round) {
    const size_t max_lines = 1 + random() % 5;
    Fixture fixture(fmt::format(
        "stage.match {{\nselector = \"{{s!=\\\"z\\\"}}\"\nstage.multiline {{\nfirstline = "
        "\"^F\"\nmax_lines = {}\n}}\n}}",
        max_lines));
    REQUIRE(fixture.checked.messages == "");
    Joiner joiner(max_lines);
    std::map<std::string, std::string> sent;
    size_t in = 0, out = 0, open_acks = 0;
    for (size_t batches = random() % 8; batches > 0; --batches) {
      LogBatch batch;
      for (size_t count = random() % 12; count > 0; --count) {
        const std::string stream(1, "abz"[random() % 3]);
        const std::string line = (random() % 3 ? "l" : "F") + std::to_string(in++);
        batch.add(1, line, telemetry::Labels{{"s", stream}});
        if (stream == "z")
          joiner.sent[stream] += line + " ", ++joiner.count;
        else
          joiner.take(stream, line);
      }
      ++open_acks;
      batch.ack = Ack([&](bool) { --open_acks; });
      out += collect(fixture.process(std::move(batch)), sent);
      CHECK(sent == joiner.sent);
      if (random() % 6) continue;
      joiner.close_all();
      out += collect(fixture.flush(Stage::kAll), sent);
      CHECK(fixture.held() == 0);
      CHECK(open_acks == 0);
    }
    const auto joined =
        fixture.counted("tributary_component_merged_total{component_id=\"t\",unit=\"lines\"}");
    CHECK(in == out + fixture.held() + joined);
    joiner.close_all();
    out += collect(fixture.flush(Stage::kAll), sent);
    CHECK(sent == joiner.sent);
    CHECK(out == joiner.count);
    CHECK(open_acks == 0);
  }
}

}  // namespace components::loki::process::stages
