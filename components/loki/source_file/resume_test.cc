// What the stored position of a file must know for the next start.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "base/descriptor.h"
#include "components/loki/source_file/fixture.h"
#include "components/loki/source_file/rotation.h"

namespace fs = std::filesystem;
using namespace std::string_literals;

namespace components::loki::source_file {
namespace {

/// Longer than the beginning that is compared.
std::string banner() {
  std::string text;
  while (text.size() < 2 * Fingerprint::kBytesMax) text += "setting = value of the setting\n";
  return text;
}

Texts after_banner(const LogSink& sink) {
  Texts lines;
  for (const auto& line : sink.texts())
    if (!line.starts_with("setting")) lines.push_back(line);
  return lines;
}

}  // namespace

TEST_CASE("resume point: text of each version, and nothing else") {
  ResumePoint point{.offset = 10, .device = 1, .inode = 2, .beginning = {10, 0xabc}, .seen_ns = 5};
  point.end = {10, 0xdef};
  CHECK(point.text() == "10 1:2 10:00000abc 5 10:00000def");
  CHECK(ResumePoint::parse(point.text()) == point);
  point.end = {};
  CHECK(ResumePoint::parse("10 1:2 10:00000abc 5") == point);
  point.seen_ns = 0;
  CHECK(ResumePoint::parse("10 1:2 10:00000abc") == point);
  for (const char* text : {"", "10", "10 1:2 10:abc 5 ", "10 1:2 10:abc 5 10:def 7",
                           "10 1:2 10:abc 5 257:def", "10 1:2 10:abc 5 x:def"}) {
    CAPTURE(text);
    CHECK(!ResumePoint::parse(text));
  }
}

TEST_CASE(
    "source.file: a file that is written anew with an equal beginning is read from its start") {
  enum class How { in_place_while_stopped, in_place, put_in_place };
  for (const How how : {How::in_place_while_stopped, How::in_place, How::put_in_place}) {
    CAPTURE(static_cast<int>(how));
    Fixture f;
    f.write(banner() + "run 1\n");
    f.start();
    REQUIRE(eventually([&] { return after_banner(*f.sink) == Texts{"run 1"}; }));
    if (how == How::in_place_while_stopped) f.stop();
    const std::string text = banner() + "run 2, longer than the first\nmore\n";
    if (how == How::put_in_place) {
      f.write(text, "new");
      fs::rename(f.path("new"), f.path());
    } else {
      f.write(text);
    }
    if (how == How::in_place_while_stopped) f.start();
    const Texts wanted = {"run 1", "run 2, longer than the first", "more"};
    CHECK(eventually([&] { return after_banner(*f.sink) == wanted; }));
  }
}

TEST_CASE("source.file: a file of which nothing was delivered is found after rotation, too") {
  for (const bool is_empty : {false, true}) {
    CAPTURE(is_empty);
    Fixture f;
    f.sink->set(LogSink::Mode::hold);
    f.write(is_empty ? "" : "one\ntwo\n");
    f.start();
    CHECK(eventually([&] { return fs::exists(f.folder.path() / "data" / "positions"); }));
    if (!is_empty) CHECK(f.got({"one", "two"}));
    f.stop();
    f.sink->set(LogSink::Mode::deliver);
    if (is_empty) f.append("one\ntwo\n");
    fs::rename(f.path(), f.path("a.log.1"));
    f.write("three\n");
    f.start();
    Texts wanted = {"one", "two", "three"};
    if (!is_empty) wanted.insert(wanted.begin(), {"one", "two"});  // Those of before were not kept.
    CHECK(f.got(wanted));
    f.stop();
    f.sink->release();
  }
}

TEST_CASE("source.file: rotated to another folder while the agent is stopped, as olddir does") {
  Fixture f;
  f.write("one\n");
  f.start();
  CHECK(f.got({"one"}));
  f.stop();
  f.append("two\n");
  fs::create_directories(f.path("old"));
  fs::rename(f.path(), f.path("old/a.log.1"));
  f.write("three\n");
  f.start();
  CHECK(f.got({"one", "two", "three"}));
}

TEST_CASE("source.file: another file that was given the inode of one that is gone is not read") {
  // Stored of an empty file, whose inode was given to b.log: seconds later, or at once.
  for (const int64_t seconds : {5, 0}) {
    CAPTURE(seconds);
    Fixture f;
    f.write("not of a.log\n", "b.log");
    const auto other = FileReader::open(f.path("b.log"), {});
    REQUIRE(other);
    ResumePoint point{.device = other->point().device, .inode = other->point().inode};
    point.seen_ns = other->born_ns().value_or(file_clock_ns()) - seconds * 1'000'000'000;
    io::Positions(f.folder.path() / "data" / "positions", {f.registry, "loki.source.file.test"},
                  base::Logger("test"))
        .set(Stream::key_of(f.path(), telemetry::Labels({{"job", "test"}})), point.text());
    f.start();
    CHECK(eventually([&] {
      return f.registry.expose().find("loki_source_file_files_active_total") != std::string::npos;
    }));
    f.write("one\n");
    CHECK(f.got({"one"}));
  }
}

TEST_CASE("source.file: files go on where the agent before this one was") {
  Fixture f({"a.log", "b.log", "c.log"});
  f.write("sent\nnot sent\n");
  f.write("shorter\n", "b.log");
  f.write("sent: it\nlast\n", "c.log");
  f.folder.write("old.yml", fmt::format("positions:\n  {}: \"5\"\n  {}: 900\n  '{}': '9'\n"
                                        "  cursor-journal: s=0;i=1\n  nonsense\n",
                                        f.path(), f.path("b.log"), f.path("c.log")));
  f.arguments.legacy_positions_file = f.folder / "old.yml";
  f.start();
  const auto sorted = [&] {
    Texts texts = f.sink->texts();
    std::sort(texts.begin(), texts.end());
    return texts;
  };
  CHECK(eventually([&] { return sorted() == Texts{"last", "not sent", "shorter"}; }));
  SUBCASE("positions of its own come first") {
    f.stop();
    f.append("more\n");
    f.start();
    CHECK(eventually([&] { return sorted() == Texts{"last", "more", "not sent", "shorter"}; }));
  }
}

TEST_CASE("source.file: positions of an agent before this one that cannot be read are an error") {
  Fixture f;
  f.arguments.legacy_positions_file = f.folder / "logs";
  components::Context context{.id = "loki.source.file.test",
                              .data_dir = f.folder.path() / "data",
                              .metrics = {f.registry, "loki.source.file.test"},
                              .log = base::Logger("test"),
                              .publish = [](river::Value) {}};
  Source source(std::move(context), f.arguments);
  const auto started = source.start();
  REQUIRE(!started);
  CHECK(started.error().message.starts_with("legacy_positions_file: "));
}

TEST_CASE("source.file: tail_from_end: what is written while the agent is stopped is read") {
  for (const std::string old : {"old\n", "old!\n", "old\nhalf"}) {
    CAPTURE(old);
    Fixture f;
    f.arguments.tail_from_end = true;
    f.write(old);
    f.start();
    CHECK(eventually([&] { return fs::exists(f.folder.path() / "data" / "positions"); }));
    f.stop();
    CHECK(f.sink->texts().empty());
    f.append("new\n");
    f.start();
    CHECK(f.got({old.ends_with("half") ? "halfnew" : "new"}));
  }
}

TEST_CASE("source.file: late lines of a rotated file are read after a restart") {
  Fixture f;
  f.write("one\n");
  f.start();
  CHECK(f.got({"one"}));
  fs::rename(f.path(), f.path("a.log.1"));
  f.write("two\n");
  CHECK(f.got({"one", "two"}));
  f.stop();
  f.append("late, while stopped\n", "a.log.1");
  f.start();
  CHECK(f.got({"one", "two", "late, while stopped"}));
  f.append("late, while running\n", "a.log.1");
  CHECK(f.got({"one", "two", "late, while stopped", "late, while running"}));
  f.append("three\n");
  CHECK(f.got({"one", "two", "late, while stopped", "late, while running", "three"}));
}

TEST_CASE("source.file: rotated behind a link while the agent is stopped, as kubelet does") {
  Fixture f({"link.log"});
  const auto pods = f.folder.path() / "pods";
  fs::create_directories(pods);
  fs::create_symlink(pods / "0.log", f.path("link.log"));
  f.folder.write("pods/0.log", "one\n");
  f.start();
  CHECK(f.got({"one"}));
  f.stop();
  f.folder.append("pods/0.log", "two\n");
  fs::rename(pods / "0.log", pods / "0.log.20261128-101010");
  f.folder.write("pods/0.log", "three\n");
  fs::rename(pods / "0.log", pods / "0.log.20261128-101020");
  f.folder.write("pods/0.log", "four\n");
  f.start();
  CHECK(f.got({"one", "two", "three", "four"}));
}

TEST_CASE("source.file: a line feed of UTF-16 that is written in two pieces") {
  Fixture f;
  f.write("\xff\xfe"s + "a\0\n"s);
  f.start();
  const auto looked = std::chrono::steady_clock::now() + std::chrono::milliseconds(300);
  CHECK(eventually([&] { return std::chrono::steady_clock::now() > looked; }));
  f.append("\0"s);
  CHECK(f.got({"a"}));
}

TEST_CASE("source.file: NUL bytes where a line begins are left out and counted") {
  Fixture f;
  f.write("one\n");
  f.start();
  CHECK(f.got({"one"}));
  {  // A writer that does not append, whose file is truncated.
    const base::Descriptor writer(::open(f.path().c_str(), O_WRONLY | O_CLOEXEC));
    fs::resize_file(f.path(), 0);
    REQUIRE(::pwrite(writer.get(), "two\n", 4, 100 << 20) == 4);
  }
  CHECK(f.got({"one", "two"}));
  f.append(std::string(70'000, '\0'));  // Blocks that were never written.
  f.append(std::string(10, '\0') + "three\nwith\0in\n"s);
  CHECK(f.got({"one", "two", "three", "with\0in"s}));
  const base::metrics::Scope scope{f.registry, "loki.source.file.test"};
  const auto nul = scope.counter("loki_source_file_nul_bytes_total", "");
  CHECK(nul->value() == (100 << 20) + 70'010);
}

}  // namespace components::loki::source_file
