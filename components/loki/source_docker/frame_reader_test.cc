#include "components/loki/source_docker/frame_reader.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <vector>

namespace components::loki::source_docker {
namespace {

const std::string kStamp = "2026-11-21T08:22:28.342090367Z";
constexpr int64_t kStampNs = 1'795'249'348'342'090'367;

std::string frame(int stream, std::string_view payload) {
  std::string out(8, '\0');
  out[0] = static_cast<char>(stream);
  for (int i = 0; i < 4; ++i) out[4 + i] = static_cast<char>(payload.size() >> (24 - 8 * i));
  return out.append(payload);
}

std::string stamped(std::string_view text) {
  return kStamp + " " + std::string(text);
}

/// What the daemon sends for one line: frames of at most 16 KiB of text, the last with the end.
std::string frames_of(int stream, std::string_view line) {
  const std::string text = std::string(line) + "\n";
  std::string out;
  for (size_t at = 0; at < text.size(); at += FrameReader::kChunkBytes)
    out += frame(stream, stamped(text.substr(at, FrameReader::kChunkBytes)));
  return out;
}

std::string terminal_bytes_of(std::string_view line) {
  const std::string text = std::string(line) + "\r\n";
  std::string out;
  for (size_t at = 0; at < text.size(); at += FrameReader::kChunkBytes)
    out += stamped(text.substr(at, FrameReader::kChunkBytes));
  return out;
}

struct Got {
  std::string text;
  Stream stream = Stream::out;
  int64_t timestamp_ns = 0;
  bool truncated = false;
};

struct Run {
  explicit Run(FrameReader::Format format, size_t max = FrameReader::kLineBytesMax)
      : reader(format, max) {}
  bool feed(std::string_view bytes) { return reader.feed(bytes, collect()); }
  void finish() { reader.finish(collect()); }
  FrameReader::OnLine collect() {
    return [this](const Line& line) {
      lines.push_back({std::string(line.text), line.stream, line.timestamp_ns, line.truncated});
    };
  }
  /// "out:text" or "err:text", long texts by size, with '!' when truncated.
  std::string print() const {
    std::string out;
    for (const Got& line : lines) {
      out += line.stream == Stream::out ? "out:" : "err:";
      out += line.text.size() > 40 ? fmt::format("<{}>", line.text.size()) : line.text;
      out += line.truncated ? "! " : " ";
    }
    return out;
  }

  FrameReader reader;
  std::vector<Got> lines;
};

constexpr auto kFrames = FrameReader::Format::frames;
constexpr auto kTerminal = FrameReader::Format::terminal;

}  // namespace

TEST_CASE("frames: lines, streams and odd payloads") {
  struct Case {
    const char* what;
    std::string bytes;
    std::string want;
    uint64_t bad = 0;
  };
  const std::vector<Case> cases = {
      {"one line", frame(1, stamped("hello\n")), "out:hello "},
      {"stderr", frame(2, stamped("oops\n")), "err:oops "},
      {"stdin counts as stdout", frame(0, stamped("typed\n")), "out:typed "},
      {"blanks, carriage returns and NULs are kept", frame(1, stamped("  a \tb\r\n")),
       "out:  a \tb\r "},
      {"an empty line", frame(1, stamped("\n")), "out: "},
      {"an empty line without the blank", frame(1, kStamp + "\n"), "out: "},
      {"an empty frame", frame(1, "") + frame(1, stamped("x\n")), "out:x "},
      {"no timestamp", frame(1, "hello there\n") + frame(1, stamped("x\n")), "out:x ", 1},
      {"a long line without timestamp is one bad line",
       frame(1, std::string(16384, 'a')) + frame(1, "b\n") + frame(1, stamped("x\n")), "out:x ", 1},
      {"partial lines of two streams, mixed",
       frame(1, stamped("a1")) + frame(2, stamped("b1")) + frame(1, stamped("a2")) +
           frame(2, stamped("b2\n")) + frame(1, stamped("a3\n")),
       "err:b1b2 out:a1a2a3 "},
      {"a continuation without its own timestamp", frame(1, stamped("a")) + frame(1, "b\n"),
       "out:ab "},
      {"a line whose text looks like a timestamp", frame(1, stamped(kStamp + " x\n")),
       "out:" + kStamp + " x "},
  };
  for (const auto& c : cases) {
    CAPTURE(c.what);
    Run run(kFrames);
    CHECK(run.feed(c.bytes));
    CHECK(run.print() == c.want);
    CHECK(run.reader.bad_lines() == c.bad);
    for (const Got& line : run.lines) CHECK(line.timestamp_ns == kStampNs);
  }
}

TEST_CASE("frames: any cut of the input gives the same lines") {
  const std::string bytes = frame(1, stamped("first\n")) + frame(2, stamped("second ")) +
                            frame(1, "") + frame(2, stamped("part\n")) + frame(1, "bad\n") +
                            frame(1, stamped("third\n"));
  const std::string want = "out:first err:second part out:third ";
  for (size_t cut = 0; cut <= bytes.size(); ++cut) {
    CAPTURE(cut);
    Run run(kFrames);
    CHECK(run.feed(std::string_view(bytes).substr(0, cut)));
    CHECK(run.feed(std::string_view(bytes).substr(cut)));
    CHECK(run.print() == want);
  }
  Run one_by_one(kFrames);
  for (const char c : bytes) CHECK(one_by_one.feed({&c, 1}));
  CHECK(one_by_one.print() == want);
}

TEST_CASE("both formats: lines around the daemon's cut come back byte for byte") {
  for (const size_t size : {1u, 16383u, 16384u, 16385u, 32767u, 32768u, 32769u, 1u << 20}) {
    CAPTURE(size);
    std::string line(size, '\0');
    for (size_t i = 0; i < size; ++i) line[i] = static_cast<char>('a' + i * 7 % 26);
    for (const auto format : {kFrames, kTerminal}) {
      std::string bytes;
      for (const std::string& text : {std::string("before"), line, std::string("after")})
        bytes += format == kFrames ? frames_of(1, text) : terminal_bytes_of(text);
      for (const size_t piece : {bytes.size(), size_t{16384}, size_t{1000}, size_t{997}}) {
        CAPTURE(piece);
        Run run(format);
        for (size_t at = 0; at < bytes.size(); at += piece)
          CHECK(run.feed(std::string_view(bytes).substr(at, piece)));
        REQUIRE(run.lines.size() == 3);
        CHECK((run.lines[1].text == line));
        CHECK_FALSE(run.lines[1].truncated);
        CHECK(run.lines[2].text == "after");
      }
    }
  }
}

TEST_CASE("both formats: a line beyond the limit loses its end and nothing else") {
  for (const auto format : {kFrames, kTerminal})
    for (const size_t size : {99u, 100u, 101u, 20'000u, 100'000u})
      for (const size_t piece : {size_t{1} << 20, size_t{512}}) {
        CAPTURE(size);
        CAPTURE(piece);
        const std::string line(size, 'x');
        const std::string bytes = format == kFrames
                                      ? frames_of(1, line) + frames_of(1, "after")
                                      : terminal_bytes_of(line) + terminal_bytes_of("after");
        Run run(format, 100);
        for (size_t at = 0; at < bytes.size(); at += piece)
          CHECK(run.feed(std::string_view(bytes).substr(at, piece)));
        REQUIRE(run.lines.size() == 2);
        CHECK((run.lines[0].text == line.substr(0, 100)));
        CHECK(run.lines[0].truncated == (size > 100));
        CHECK(run.lines[1].text == "after");
        CHECK_FALSE(run.lines[1].truncated);
      }
}

TEST_CASE("frames: what is no log ends the reading with a reason") {
  struct Case {
    std::string bytes;
    std::string_view problem;
  };
  for (const auto& c : {
           Case{"HTTP/1.1", "not a frame of the daemon's log: 48 54 54 50 2f 31 2e 31"},
           Case{std::string("\x01\0\0\x01\0\0\0\0", 8),
                "not a frame of the daemon's log: 01 00 00 01 00 00 00 00"},
           Case{frame(3, "log file vanished"), "the daemon says: log file vanished"},
       }) {
    Run run(kFrames);
    CHECK(run.feed(frame(1, stamped("kept\n"))));
    CHECK_FALSE(run.feed(c.bytes));
    CHECK(run.reader.problem() == c.problem);
    CHECK(run.print() == "out:kept ");
  }
}

TEST_CASE("the end of the log ends the line that is still open") {
  Run frames(kFrames);
  CHECK(frames.feed(frame(1, stamped("half")) + frame(2, stamped("x"))));
  CHECK(frames.lines.empty());
  frames.finish();
  CHECK(frames.print() == "out:half err:x ");
  Run terminal(kTerminal);
  CHECK(terminal.feed(stamped("whole\r\n") + stamped("half")));
  terminal.finish();
  CHECK(terminal.print() == "out:whole out:half ");
}

TEST_CASE("terminal: bad lines are counted") {
  Run run(kTerminal);
  CHECK(run.feed("nonsense\r\n" + stamped("x\r\n")));
  CHECK(run.print() == "out:x ");
  CHECK(run.reader.bad_lines() == 1);
}

TEST_CASE("frame reader: the limit may change while a line is open") {
  std::vector<std::pair<std::string, bool>> lines;
  const auto keep = [&](const Line& line) { lines.emplace_back(line.text, line.truncated); };
  const auto frame = [](std::string_view text) {
    const std::string payload = "2026-11-28T00:00:00Z " + std::string(text);
    return std::string{"\1\0\0\0\0\0\0", 7} + static_cast<char>(payload.size()) + payload;
  };
  FrameReader reader(FrameReader::Format::frames, 20);
  reader.feed(frame("0123456789"), keep);
  CHECK(reader.unfinished_bytes() == 10);
  reader.set_line_bytes_max(5);  // What is there stays.
  reader.feed(frame("abc"), keep);
  CHECK(reader.unfinished_bytes() == 10);
  reader.feed(frame("def\n"), keep);
  reader.feed(frame("0123456789\n"), keep);
  CHECK(lines == std::vector<std::pair<std::string, bool>>{{"0123456789", true}, {"01234", true}});
  CHECK(reader.unfinished_bytes() == 0);
}

}  // namespace components::loki::source_docker
