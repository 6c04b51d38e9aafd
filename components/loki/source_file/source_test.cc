#include "components/loki/source_file/source.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <filesystem>
#include <set>

#include "base/descriptor.h"
#include "components/loki/source_file/file_reader.h"
#include "components/loki/source_file/fixture.h"

namespace fs = std::filesystem;

namespace components::loki::source_file {

TEST_CASE("source.file: lines of a file, as they grow") {
  Fixture f;
  f.write("one\ntwo\r\n\nunfinished");
  f.start();
  CHECK(f.got({"one", "two", ""}));
  f.append(" line\nmore\n");
  CHECK(f.got({"one", "two", "", "unfinished line", "more"}));
  const auto lines = f.sink->lines();
  CHECK(lines[0].labels == "{filename=\"" + f.path() + "\", job=\"test\"}");
  for (size_t i = 1; i < lines.size(); ++i)
    CHECK(lines[i].timestamp_ns > lines[i - 1].timestamp_ns);
  CHECK(f.registry.expose().find("loki_source_file_read_lines_total{component_id=\"loki.source."
                                 "file.test\",path=\"" +
                                 f.path() + "\"} 5") != std::string::npos);
}

TEST_CASE("source.file: a file that does not exist yet, and a folder in its place") {
  Fixture f({"a.log", "folder"});
  fs::create_directories(f.path("folder"));
  f.start();
  CHECK(eventually([&] { return !f.source->health().message.empty(); }));
  f.write("late\n");
  CHECK(f.got({"late"}));
}

TEST_CASE("source.file: goes on after a restart where lines were delivered") {
  Fixture f;
  f.write("one\ntwo\n");
  f.start();
  CHECK(f.got({"one", "two"}));
  f.stop();
  f.append("three\n");
  f.start();
  CHECK(f.got({"one", "two", "three"}));
}

TEST_CASE("source.file: what was sent but not delivered is read again") {
  Fixture f;
  f.write("one\n");
  f.start();
  CHECK(f.got({"one"}));
  f.sink->set(LogSink::Mode::hold);
  f.append("two\n");
  CHECK(f.got({"one", "two"}));
  f.append("three\n");
  CHECK(f.got({"one", "two", "three"}));
  f.stop();  // The acks are never resolved, as if the process had been killed.
  f.sink->set(LogSink::Mode::deliver);
  f.start();
  CHECK(f.got({"one", "two", "three", "two", "three"}));
  f.stop();
  f.sink->release();
}

TEST_CASE("source.file: an ack that comes after stop still counts") {
  Fixture f;
  f.write("one\n");
  f.sink->set(LogSink::Mode::hold);
  f.start();
  CHECK(f.got({"one"}));
  f.stop();
  f.sink->release();
  f.append("two\n");
  f.start();
  CHECK(f.got({"one", "two"}));
  f.stop();
  f.sink->release();
}

TEST_CASE("source.file: abandoned lines are read again without a restart") {
  Fixture f;
  f.write("one\n");
  f.start();
  CHECK(f.got({"one"}));
  f.sink->set(LogSink::Mode::abandon);
  const size_t before = f.sink->batches();
  f.append("two\n");
  CHECK(eventually([&] { return f.sink->batches() > before; }));
  f.sink->set(LogSink::Mode::deliver);
  CHECK(f.got({"one", "two"}));
}

TEST_CASE("source.file: a target that was gone for a moment goes on where it was") {
  Fixture f;
  f.write("one\n");
  f.start();
  CHECK(f.got({"one"}));
  const auto targets = std::exchange(f.arguments.targets, {});
  f.update();
  CHECK(eventually([&] {
    return f.registry.expose().find(
               "files_active_total{component_id=\"loki.source.file.test\"} 0") != std::string::npos;
  }));
  f.append("two\n");
  f.arguments.targets = targets;
  f.update();
  CHECK(f.got({"one", "two"}));
}

TEST_CASE("source.file: a target whose labels change goes on where it was") {
  for (const bool while_stopped : {false, true}) {
    CAPTURE(while_stopped);
    Fixture f;
    f.write("one\n");
    f.start();
    CHECK(f.got({"one"}));
    if (while_stopped) f.stop();
    f.arguments.targets[0] = f.arguments.targets[0].with("job", "changed");
    if (!while_stopped) f.update();
    f.append("two\n");
    if (while_stopped) f.start();
    CHECK(f.got({"one", "two"}));
    CHECK(f.sink->lines()[1].labels.find("changed") != std::string::npos);
    f.stop();
    f.append("three\n");
    f.start();
    CHECK(f.got({"one", "two", "three"}));
  }
}

TEST_CASE("source.file: a removed file is read to its end") {
  Fixture f;
  f.write("one\n");
  f.start();
  CHECK(f.got({"one"}));
  f.append("two\nunfinished");
  fs::remove(f.path());
  f.arguments.targets.clear();
  f.update();
  CHECK(f.got({"one", "two", "unfinished"}));
}

TEST_CASE("source.file: targets that stay are not touched by an update") {
  Fixture f({"a.log", "b.log"});
  f.write("a1\n");
  f.write("b1\n", "b.log");
  f.start();
  CHECK(f.sink->has(2));
  f.arguments.targets = {f.target("a.log"), f.target("c.log")};
  f.write("c1\n", "c.log");
  f.update();
  CHECK(f.sink->has(3));
  f.append("a2\n");
  f.append("b2\n", "b.log");
  CHECK(f.sink->has(4));
  CHECK(f.sink->texts()[2] == "c1");
  CHECK(f.sink->texts()[3] == "a2");
}

TEST_CASE("source.file: tail_from_end begins after the last whole line") {
  Fixture f;
  f.arguments.tail_from_end = true;
  f.write("old\nolder\nhalf");
  f.start();
  CHECK(f.is_read_to(10));
  f.append(" line\n");
  CHECK(f.got({"half line"}));
}

TEST_CASE("source.file: a stored position that is none") {
  using components::loki::source_file::OnPositionsFileError;
  struct Case {
    OnPositionsFileError how;
    Texts want;
  };
  for (const auto& c : {Case{OnPositionsFileError::restart_from_beginning, {"one", "two"}},
                        Case{OnPositionsFileError::restart_from_end, {"two"}},
                        Case{OnPositionsFileError::skip, {}}}) {
    Fixture f;
    f.arguments.on_positions_file_error = c.how;
    f.write("one\n");
    f.folder.write("data/positions", "garbage");
    f.start();
    if (c.want.empty())
      CHECK(eventually([&] { return !f.source->health().message.empty(); }));
    else
      CHECK(eventually([&] {
        return f.registry.expose().find("test\",path=\"" + f.path() + "\"} 4") != std::string::npos;
      }));
    f.append("two\n");
    CHECK(f.got(c.want));
  }
}

TEST_CASE("source.file: lines of any length are kept whole up to the bound, then cut") {
  Fixture f;
  const std::string large(3 << 20, 'x'), huge(FileReader::kLineBytesMax + 10, 'y');
  f.write(large + "\n" + huge + "\nend\n");
  f.start();
  REQUIRE(f.sink->has(4));
  const auto texts = f.sink->texts();
  CHECK(texts[0] == large);
  CHECK(texts[1].size() == FileReader::kLineBytesMax);
  CHECK(texts[2] == std::string(10, 'y'));
  CHECK(texts[3] == "end");
}

TEST_CASE("source.file: a long line that grows in small steps") {
  Fixture f;
  f.write("");
  f.start();
  std::string line;
  for (int i = 0; i < 200; ++i) {
    const std::string piece(1500, static_cast<char>('a' + i % 26));
    line += piece;
    f.append(piece);
  }
  f.append("\n");
  CHECK(f.got({line}));
}

TEST_CASE("source.file: UTF-16 with and without byte order mark, UTF-8 with one") {
  struct Case {
    std::string encoding, bytes;
  };
  using namespace std::string_literals;
  for (const auto& c : {Case{"utf-16le", "h\0\xe9\0\n\0\x3d\xd8\x00\xde\r\0\n\0"s},
                        Case{"UTF-16BE", "\0h\0\xe9\0\n\xd8\x3d\xde\0\0\r\0\n"s},
                        Case{"", "\xff\xfeh\0\xe9\0\n\0\x3d\xd8\x00\xde\r\0\n\0"s},
                        Case{"", "\xfe\xff\0h\0\xe9\0\n\xd8\x3d\xde\0\0\r\0\n"s},
                        Case{"utf-16", "\xef\xbb\xbfh\xc3\xa9\n\xf0\x9f\x98\x80\n"s}}) {
    CAPTURE(c.encoding);
    Fixture f;
    f.arguments.encoding = c.encoding;
    f.write(c.bytes);
    f.start();
    CHECK(f.got({"h\xc3\xa9", "\xf0\x9f\x98\x80"}));
  }
}

TEST_CASE("source.file: other encodings, by their IANA names") {
  struct Case {
    std::string encoding, bytes;
    Texts want;
  };
  for (const auto& c :
       {Case{"ISO-8859-1",
             "Gr\xf6\xdf"
             "e\n\r\n\xa9 2026\r\n",
             {"Größe", "", "© 2026"}},
        Case{"windows-1252", "\x80 5\x81\n", {"€ 5\xef\xbf\xbd"}},
        Case{"KOI8-R", "\xf0\xf2\xe9\xf7\xe5\xf4\n", {"ПРИВЕТ"}},
        Case{"cp866", "\x8f\x90\x88\n", {"ПРИ"}},
        Case{"GBK", "\xc4\xe3\xba\xc3\nplain\n\xc4\n", {"你好", "plain", "\xef\xbf\xbd"}},
        Case{"Shift_JIS", "\x93\xfa\x96\x7b\n", {"日本"}},
        Case{"EUC-KR", "\xc7\xd1\xb1\xdb\n", {"한글"}},
        Case{"ISO-2022-JP", "\x1b$BF|K\\\x1b(B\n", {"日本"}},
        Case{"ISO-8859-1", "\xef\xbb\xbfGrö\n", {"Grö"}}}) {
    CAPTURE(c.encoding);
    Fixture f;
    f.arguments.encoding = c.encoding;
    f.write(c.bytes);
    f.start();
    CHECK(f.got(c.want));
  }
}

TEST_CASE("source.file: a byte order mark that is written after the file was found") {
  using namespace std::string_literals;
  Fixture f({"a.log", "b.log"});
  f.write("");
  f.write("", "b.log");
  f.start();
  f.append("\xff"s);
  CHECK(eventually([&] {
    return f.registry.expose().find(
               "files_active_total{component_id=\"loki.source.file.test\"} 2") != std::string::npos;
  }));
  f.append(
      "\xfe"
      "h\0i\0\r\0\n\0"s);
  CHECK(f.got({"hi"}));
  f.append("\xef\xbb\xbfutf\n", "b.log");
  CHECK(f.got({"hi", "utf"}));
  f.write(
      "\xef\xbb\xbf"
      "cut\n");  // Truncated, and another encoding.
  CHECK(f.got({"hi", "utf", "cut"}));
}

TEST_CASE("source.file: many files from one thread, none starved, no line lost or repeated") {
  constexpr int kFiles = 50, kLines = 2000;
  Fixture f({});
  f.arguments.file_match.enabled = true;
  f.arguments.targets = {f.target("**/*.log")};
  f.start();
  for (int i = 0; i < kFiles; ++i) {
    std::string text;
    for (int n = 0; n < kLines; ++n) text += std::to_string(i) + "/" + std::to_string(n) + "\n";
    f.append(text, "sub" + std::to_string(i % 5) + "/" + std::to_string(i) + ".log");
  }
  REQUIRE(f.sink->has(size_t{kFiles} * kLines));
  const auto texts = f.sink->texts();
  CHECK(std::set(texts.begin(), texts.end()).size() == texts.size());
}

TEST_CASE("source.file: ignore_older_than is not asked of a file that is being read") {
  Fixture f({});
  f.arguments.file_match.enabled = true;
  f.arguments.file_match.ignore_older_than.value = std::chrono::hours(1);
  f.arguments.targets = {f.target("*.log")};
  const auto old = fs::file_time_type::clock::now() - std::chrono::hours(2);
  f.write("never read\n", "old.log");
  fs::last_write_time(f.path("old.log"), old);
  f.write("one\n");
  f.start();
  CHECK(f.got({"one"}));
  fs::last_write_time(f.path(), old);
  f.write("two\n", "b.log");  // The files are looked for again.
  CHECK(f.got({"one", "two"}));
  const base::metrics::Scope scope{f.registry, "loki.source.file.test"};
  CHECK(scope.gauge("loki_source_file_files_active_total", "")->value() == 2);
}

TEST_CASE("source.file: more files than descriptors: the rest waits, and leaves some to others") {
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  rlimit few = before;
  few.rlim_cur = 128;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
  {
    Fixture f({});
    f.arguments.file_match.enabled = true;
    f.arguments.targets = {f.target("*.log")};
    constexpr size_t kFiles = 200;
    for (size_t i = 0; i < kFiles; ++i)
      f.write("line " + std::to_string(i) + "\n", std::to_string(i) + ".log");
    f.start();
    CHECK(f.sink->has(OpenFiles::most()));
    CHECK(eventually([&] {
      return f.source->health().message.find("files are not read") != std::string::npos;
    }));
    const base::Descriptor other(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    CHECK(other);
    // Those that go make room.
    for (size_t removed = 0; removed < kFiles;) {
      REQUIRE(f.sink->has(removed + 1));
      for (const auto texts = f.sink->texts(); removed < texts.size(); ++removed)
        fs::remove(f.path(texts[removed].substr(5) + ".log"));
    }
    CHECK(eventually([&] { return f.source->health().state == Health::State::healthy; }));
  }
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
}

TEST_CASE("source.file: compressed files that a pattern matches are not read as text") {
  Fixture f({});
  f.write("\x1f\x8b\x08\nfirst\n", "a.log.2.gz");
  f.write("BZh91AY\nsecond\n", "a.log.3.bz2");
  f.write("", "a.log.4.zst");
  f.write("text\n", "b.gz");
  f.write("one\n", "c.log");
  f.arguments.file_match.enabled = true;
  f.arguments.targets = {f.target("*")};
  f.start();
  REQUIRE(f.sink->has(2));
  f.append("\x28\xb5\x2f\xfd\nthird\n", "a.log.4.zst");
  f.append("two\n", "b.gz");
  f.append("two\n", "c.log");
  REQUIRE(f.sink->has(4));
  const auto texts = f.sink->texts();
  CHECK(std::multiset(texts.begin(), texts.end()) ==
        std::multiset<std::string>{"one", "text", "two", "two"});
}

TEST_CASE("source.file: what is no regular file is said, and holds up nothing") {
  for (const Compression compression : {Compression::none, Compression::gz}) {
    Fixture f({"fifo", "folder"});
    REQUIRE(::mkfifo(f.path("fifo").c_str(), 0600) == 0);
    fs::create_directories(f.path("folder"));
    f.arguments.decompression = {
        .enabled = compression != Compression::none, .initial_delay = {}, .format = compression};
    f.start();
    CHECK(eventually([&] {
      return f.source->health().message.find("not a regular file") != std::string::npos;
    }));
    f.stop();
  }
}

TEST_CASE("source.file: a file name that is not UTF-8 makes labels that are") {
  Fixture f({"a\xff.log"});
  f.write("line\n", "a\xff.log");
  f.start();
  CHECK(f.got({"line"}));
  CHECK(f.sink->lines()[0].labels.find("a\xef\xbf\xbd.log") != std::string::npos);
  CHECK(f.registry.expose().find('\xff') == std::string::npos);
}

}  // namespace components::loki::source_file
