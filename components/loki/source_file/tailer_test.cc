#include "components/loki/source_file/tailer.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "components/loki/source_file/fixture.h"
#include "components/shared/outbox.h"

namespace fs = std::filesystem;

namespace components::loki::source_file {
namespace {

/// Lines that fill the outbox and more; adds each to `lines`.
std::string more_than_the_outbox_holds(Texts& lines) {
  std::string text;
  while (text.size() < 4 * Outbox<telemetry::LogBatch>::kBytesMax) {
    lines.push_back("line " + std::to_string(lines.size()) + " " + std::string(1000, 'x'));
    text += lines.back() + "\n";
  }
  return text;
}

}  // namespace

TEST_CASE("source.file: rotation by rename keeps every line, in order") {
  Fixture f;
  f.write("one\n");
  f.start();
  CHECK(f.got({"one"}));
  f.append("two\nlast without end");
  fs::rename(f.path(), f.path("a.log.1"));
  f.append("\nwritten to the renamed file\n", "a.log.1");
  f.write("three\n");
  CHECK(f.got({"one", "two", "last without end", "written to the renamed file", "three"}));
}

TEST_CASE("source.file: one rotation after another loses nothing") {
  Fixture f;
  f.write("");
  f.start();
  Texts wanted;
  for (int i = 0; i < 100; ++i) {
    const auto line = "line " + std::to_string(i);
    f.append(line + "\n");
    wanted.push_back(line);
    // The reader must have seen each file under its name; that is what a rotation waits for too.
    const auto active = [&] { return f.sink->texts().size() == wanted.size(); };
    if (i % 10 == 0) CHECK(eventually(active));
    if (i % 10 == 9) fs::rename(f.path(), f.path("a.log." + std::to_string(i)));
  }
  CHECK(f.got(wanted));
}

TEST_CASE("source.file: a quiet file is watched after it was renamed, too") {
  Fixture f;
  f.write("start\n");
  f.start();
  CHECK(f.got({"start"}));
  // Quiet for longer than a superseded file is waited for.
  const auto quiet = std::chrono::steady_clock::now() + Tailer::kLinger;
  CHECK(eventually([&] { return std::chrono::steady_clock::now() > quiet; }));
  std::ofstream writer(f.path(), std::ios::binary | std::ios::app);
  fs::rename(f.path(), f.path("a.log.1"));
  f.write("");
  writer << "written to the renamed file\n" << std::flush;
  CHECK(f.got({"start", "written to the renamed file"}));
  f.append("in the new file\n");
  CHECK(f.got({"start", "written to the renamed file", "in the new file"}));
  // A writer that goes on for long: its lines arrive between those of the new file.
  writer << "late\n" << std::flush;
  CHECK(f.got({"start", "written to the renamed file", "in the new file", "late"}));
  f.stop();
  f.append("after\n");
  f.start();
  REQUIRE(f.sink->has(5));
  CHECK(f.sink->texts().back() == "after");
}

TEST_CASE("source.file: a file rotated while nobody read is found by its inode") {
  Fixture f;
  f.write("one\n");
  f.start();
  CHECK(f.got({"one"}));
  f.stop();
  f.append("two\n");
  fs::rename(f.path(), f.path("a.log.1"));
  f.write("three\n");
  f.start();
  CHECK(f.got({"one", "two", "three"}));
}

TEST_CASE("source.file: rotated more than once while nobody read") {
  for (const bool oldest_is_deleted : {false, true}) {
    CAPTURE(oldest_is_deleted);
    Fixture f;
    f.write("one\n");
    f.start();
    CHECK(f.got({"one"}));
    f.stop();
    f.append("two\n");
    fs::rename(f.path(), f.path("a.log.2"));
    f.write("three\n", "a.log.1");
    f.write("four\n");
    f.write("another log\n", "a.log.txt");
    if (oldest_is_deleted) fs::remove(f.path("a.log.2"));
    f.start();
    CHECK(f.got(oldest_is_deleted ? Texts{"one", "three", "four"}
                                  : Texts{"one", "two", "three", "four"}));
  }
}

TEST_CASE("source.file: rotations while the sink is down lose nothing") {
  Fixture f;
  Texts wanted;
  const std::string fill = more_than_the_outbox_holds(wanted);
  f.sink->set(LogSink::Mode::block);
  f.write(fill);
  f.start();
  CHECK(eventually([&] { return f.sink->batches() > 0; }));
  for (int i = 0; i < 20; ++i) {  // The oldest is gone for good before it was read.
    fs::rename(f.path(), f.path("a.log.1"));
    wanted.push_back("rotated " + std::to_string(i));
    f.write(wanted.back() + "\n");
    const auto active = "files_active_total{component_id=\"loki.source.file.test\"} 1";
    CHECK(f.registry.expose().find(active) != std::string::npos);
    const auto looked = std::chrono::steady_clock::now() + std::chrono::milliseconds(20);
    CHECK(eventually([&] { return std::chrono::steady_clock::now() > looked; }));
  }
  f.sink->set(LogSink::Mode::deliver);
  CHECK(f.got(wanted));
}

TEST_CASE("source.file: a pattern that finds rotated files does not repeat them") {
  enum class Between { nothing, restart, crash };
  for (const Between between : {Between::nothing, Between::restart, Between::crash}) {
    CAPTURE(static_cast<int>(between));
    Fixture f({});
    f.arguments.file_match.enabled = true;
    f.arguments.targets = {f.target("a.log*")};
    f.write("before\n", "a.log.1");
    f.write("one\n");
    f.start();
    CHECK(f.sink->has(2));
    Texts wanted = {"before", "one"};
    for (int i = 0; i < 4; ++i) {
      if (between == Between::crash) f.sink->set(LogSink::Mode::hold);
      for (int old = i + 1; old > 0; --old)
        fs::rename(f.path("a.log." + std::to_string(old)),
                   f.path("a.log." + std::to_string(old + 1)));
      fs::rename(f.path(), f.path("a.log.1"));
      wanted.push_back("rotated " + std::to_string(i));
      f.write(wanted.back() + "\n");
      CHECK(f.sink->has(wanted.size()));
      if (between == Between::nothing) continue;
      f.stop();
      if (between == Between::crash) wanted.push_back(wanted.back());  // Was not delivered.
      f.sink->set(LogSink::Mode::deliver);
      f.start();
      CHECK(f.sink->has(wanted.size()));
    }
    f.append("last\n");
    wanted.push_back("last");
    CHECK(f.sink->has(wanted.size()));
    auto texts = f.sink->texts();
    std::sort(texts.begin(), texts.begin() + 2);
    std::sort(wanted.begin(), wanted.begin() + 2);
    CHECK(texts == wanted);
    f.stop();
    f.sink->release();
  }
}

TEST_CASE("source.file: a pattern that finds the copies of a truncated file does not repeat them") {
  for (const std::string name : {"a.log.1", "a-20261128.log"}) {
    for (const bool is_stopped : {false, true}) {
      CAPTURE(name);
      CAPTURE(is_stopped);
      Fixture f({});
      f.arguments.file_match.enabled = true;
      f.arguments.targets = {f.target("a*")};
      const std::string banner(Fingerprint::kBytesTelling, 'b');
      f.write(banner + "\none\n");
      f.start();
      CHECK(f.got({banner, "one"}));
      if (is_stopped) f.stop();
      f.append("two\n");
      fs::copy_file(f.path(), f.path(name));
      const auto looked = std::chrono::steady_clock::now() + std::chrono::milliseconds(300);
      if (!is_stopped) CHECK(eventually([&] { return std::chrono::steady_clock::now() > looked; }));
      fs::resize_file(f.path(), 0);
      f.append("three\n");
      if (is_stopped) f.start();
      CHECK(f.got({banner, "one", "two", "three"}));
      f.stop();
      f.append("four\n");
      f.start();
      CHECK(f.got({banner, "one", "two", "three", "four"}));
    }
  }
}

TEST_CASE("source.file: a pattern that finds a copy of what was read before does not repeat it") {
  for (const bool is_seen_whole : {true, false}) {
    CAPTURE(is_seen_whole);
    Fixture f({});
    f.arguments.file_match.enabled = true;
    f.arguments.targets = {f.target("a.log*")};
    Texts wanted;
    const auto add = [&](int count) {
      std::string text;
      for (; count > 0; --count) {
        wanted.push_back("line " + std::to_string(wanted.size()) + " " + std::string(20, 'x'));
        text += wanted.back() + "\n";
      }
      f.append(text);
      return text;
    };
    std::string copied = add(100);
    f.start();
    CHECK(f.got(wanted));
    copied += add(50);
    CHECK(f.got(wanted));
    add(50);  // While the copy is made.
    CHECK(f.got(wanted));
    f.write(copied, "a.log.1");
    const auto looked = std::chrono::steady_clock::now() + std::chrono::milliseconds(300);
    if (is_seen_whole) CHECK(eventually([&] { return std::chrono::steady_clock::now() > looked; }));
    fs::resize_file(f.path(), 0);
    add(1);
    CHECK(f.got(wanted));
    f.stop();
    CHECK(f.sink->texts() == wanted);
  }
}

TEST_CASE("source.file: copied and removed while nothing is read goes on in the copy") {
  Fixture f;
  Texts wanted;
  for (int i = 0; i < 50; ++i) {
    wanted.push_back("line number " + std::to_string(i));
    f.append(wanted.back() + "\n");
  }
  f.start();
  CHECK(f.got(wanted));
  f.stop();
  f.append("last\n");
  fs::copy_file(f.path(), f.path("a.log.1"));
  fs::remove(f.path());
  f.write("new\n");
  f.start();
  wanted.emplace_back("last");
  wanted.emplace_back("new");
  CHECK(f.got(wanted));
}

TEST_CASE("source.file: labels that change do not make a pattern repeat rotated files") {
  for (const bool while_stopped : {false, true}) {
    CAPTURE(while_stopped);
    Fixture f({});
    f.arguments.file_match.enabled = true;
    f.arguments.targets = {f.target("a.log*")};
    f.write("one\n");
    f.start();
    CHECK(f.got({"one"}));
    fs::rename(f.path(), f.path("a.log.1"));
    f.write("two\n");
    CHECK(f.got({"one", "two"}));
    if (while_stopped) f.stop();
    f.arguments.targets[0] = f.arguments.targets[0].with("job", "changed");
    if (while_stopped)
      f.start();
    else
      f.update();
    f.append("three\n");
    CHECK(f.got({"one", "two", "three"}));
  }
}

TEST_CASE("source.file: copied and truncated while nothing is read: the copies are read") {
  for (const bool is_stopped : {false, true}) {
    CAPTURE(is_stopped);
    Fixture f;
    f.write("one\n");
    f.start();
    CHECK(f.got({"one"}));
    Texts wanted = {"one"};
    if (is_stopped) f.stop();
    if (!is_stopped) f.sink->set(LogSink::Mode::block);
    f.append(more_than_the_outbox_holds(wanted));
    if (!is_stopped) CHECK(eventually([&] { return f.sink->batches() > 1; }));
    for (int i = 0; i < 3; ++i) {
      const auto copy = f.path("a.log." + std::to_string(3 - i));
      fs::copy_file(f.path(), copy);
      fs::resize_file(f.path(), 0);
      wanted.push_back("between " + std::to_string(i));
      f.append(wanted.back() + "\n");
      if (is_stopped) continue;
      // What is written is seen soon, though it is not read.
      const auto seen = std::chrono::steady_clock::now() + std::chrono::milliseconds(600);
      CHECK(eventually([&] { return std::chrono::steady_clock::now() > seen; }));
    }
    f.sink->set(LogSink::Mode::deliver);
    if (is_stopped) f.start();
    CHECK(f.got(wanted));
  }
}

TEST_CASE("source.file: written, copied and truncated between two looks at the empty file") {
  for (const bool is_stopped : {false, true}) {
    CAPTURE(is_stopped);
    Fixture f;
    f.write("");
    f.start();
    CHECK(f.is_read_to(0));
    if (is_stopped) f.stop();
    Texts wanted;
    for (int i = 0; i < 20; ++i) {
      wanted.push_back(fmt::format("{} {}", i, std::string(300, 'x')));
      f.append(wanted.back() + "\n");
      fs::copy_file(f.path(), f.path(fmt::format("a.log.{}", 20 - i)));
      fs::resize_file(f.path(), 0);
    }
    wanted.push_back("not rotated");
    f.append(wanted.back() + "\n");
    if (is_stopped) f.start();
    // What is read in the moment of a truncation may come once more, from its copy.
    const auto has_all = [&] {
      const Texts texts = f.sink->texts();
      return std::set(texts.begin(), texts.end()) == std::set(wanted.begin(), wanted.end());
    };
    CHECK(eventually(has_all));
    CHECK(f.sink->texts().size() <= wanted.size() + 2);
  }
}

TEST_CASE("source.file: another file under the old name is read from its start") {
  Fixture f;
  f.write("one\n");
  f.start();
  CHECK(f.got({"one"}));
  f.stop();
  fs::rename(f.path(), f.folder / "elsewhere");
  f.write("another and longer than before\nfile\n");
  f.start();
  CHECK(f.got({"one", "another and longer than before", "file"}));
}

TEST_CASE("source.file: truncated in place") {
  for (const bool while_stopped : {false, true}) {
    CAPTURE(while_stopped);
    Fixture f;
    f.write("one\ntwo\n");
    f.start();
    CHECK(f.got({"one", "two"}));
    if (while_stopped) f.stop();
    fs::resize_file(f.path(), 0);
    if (!while_stopped)
      CHECK(eventually([&] {
        return f.registry.expose().find(
                   "truncations_total{component_id=\"loki.source.file."
                   "test\"} 1") != std::string::npos;
      }));
    f.append("3\n");
    if (while_stopped) f.start();
    CHECK(f.got({"one", "two", "3"}));
  }
}

TEST_CASE("source.file: rewritten at once with other content of more bytes") {
  Fixture f;
  f.write("one\n");
  f.start();
  CHECK(f.got({"one"}));
  f.write("entirely different\n");
  CHECK(f.got({"one", "entirely different"}));
}

TEST_CASE("source.file: put in place anew with the same beginning goes on where it was") {
  Fixture f;
  std::string text;
  Texts wanted;
  for (int i = 0; i < 50; ++i) {
    wanted.push_back("line number " + std::to_string(i));
    text += wanted.back() + "\n";
  }
  f.write(text);
  f.start();
  CHECK(f.got(wanted));
  f.write(text + "new\n", "a.tmp");
  fs::rename(f.path("a.tmp"), f.path());
  wanted.push_back("new");
  CHECK(f.got(wanted));
}

}  // namespace components::loki::source_file
