#include "components/loki/source_file/archive.h"

#include <doctest/doctest.h>
#include <zlib.h>

#include "base/files.h"
#include "components/loki/source_file/fixture.h"
#include "components/loki/source_file/rotation.h"

namespace fs = std::filesystem;

namespace components::loki::source_file {

namespace {

const Decompression kGzip = {.enabled = true, .initial_delay = {}, .format = Compression::gz};

void write_gzip(const std::string& path, const std::string& text) {
  const std::string temporary = path + ".tmp";
  gzFile gz = ::gzopen(temporary.c_str(), "wb");
  REQUIRE(::gzwrite(gz, text.data(), static_cast<unsigned>(text.size())) > 0);
  ::gzclose(gz);
  std::filesystem::rename(temporary, path);
}

}  // namespace

TEST_CASE("source.file: compressed files that are rotated are each read once") {
  for (const bool is_stopped : {false, true}) {
    CAPTURE(is_stopped);
    Fixture f({});
    f.arguments.file_match.enabled = true;
    f.arguments.targets = {f.target("a.log.*.gz")};
    f.arguments.decompression = kGzip;
    write_gzip(f.path("a.log.1.gz"), "one\nand more\n");
    f.start();
    Texts wanted = {"one", "and more"};
    CHECK(f.got(wanted));
    for (const std::string line : {"two", "three, which is longer", "4"}) {
      if (is_stopped) f.stop();
      for (int i = 9; i > 0; --i) {
        const auto name = [&](int number) {
          return f.path("a.log." + std::to_string(number) + ".gz");
        };
        if (std::filesystem::exists(name(i))) std::filesystem::rename(name(i), name(i + 1));
      }
      write_gzip(f.path("a.log.1.gz"), line + "\n");
      if (is_stopped) f.start();
      wanted.push_back(line);
      CHECK(f.got(wanted));
    }
    f.stop();
    f.start();
    write_gzip(f.path("a.log.1.gz"), "put in its place\n");
    wanted.push_back("put in its place");
    CHECK(f.got(wanted));
  }
}

TEST_CASE("source.file: a file that was compressed before it was read to its end") {
  std::string read;
  while (read.size() < 3000) read += "read " + std::to_string(read.size()) + "\n";
  const auto begin = [&](Fixture& f, const std::string& text) {
    f.write(text);
    f.start();
    CHECK(eventually([&] { return !f.sink->texts().empty() && f.sink->texts().back() == "last"; }));
    f.stop();
    f.sink->clear();
  };
  const std::string rest = "not read\n" + std::string(100'000, 'x') + "\nhalf";
  SUBCASE("with others after it, and others that begin alike") {
    Fixture f;
    write_gzip(f.path("a.log.4.gz"), read + "last\nolder\n");
    // Kernels stamp with more than this clock has: a file may be born some ms ahead of it.
    const auto older = FileReader::open(f.path("a.log.4.gz"), {});
    REQUIRE(older);
    CHECK(eventually([&] { return file_clock_ns() > older->born_ns(); }));
    begin(f, read + "last\n");
    fs::remove(f.path());
    write_gzip(f.path("a.log.3.gz"), "something else\n");
    write_gzip(f.path("a.log.2.gz"), read + "last\n" + rest);
    write_gzip(f.path("a.log.1.gz"), "between\n");
    f.write("now\n");
    f.start();
    CHECK(f.got({"not read", std::string(100'000, 'x'), "half", "between", "now"}));
    f.stop();
    f.append("and on\n");
    f.sink->clear();
    f.start();
    CHECK(f.got({"and on"}));
  }
  SUBCASE("a short one, and the path is not there yet") {
    Fixture f;
    begin(f, "last\n");
    fs::remove(f.path());
    write_gzip(f.path("a.log-20261128.gz"), "last\nnot read\n");
    f.start();
    CHECK(f.got({"not read"}));
    f.write("now\n");
    CHECK(f.got({"not read", "now"}));
  }
  SUBCASE("the agent ends in the middle of it") {
    Fixture f;
    begin(f, read + "last\n");
    fs::remove(f.path());
    write_gzip(f.path("a.log.1.gz"), read + "last\n" + rest + "\n");
    f.sink->set(LogSink::Mode::abandon);
    f.start();
    f.stop();
    f.sink->set(LogSink::Mode::deliver);
    f.start();
    CHECK(f.got({"not read", std::string(100'000, 'x'), "half"}));
  }
  SUBCASE("another content") {
    Fixture f;
    begin(f, read + "last\n");
    fs::remove(f.path());
    write_gzip(f.path("a.log.1.gz"), read + "lost\n" + rest);
    f.write("now\n");
    f.start();
    CHECK(f.got({"now"}));
  }
}

TEST_CASE("source.file: compressed text in other encodings, with and without mark") {
  const std::string u16 = {'o', 0, 'n', 0, 'e', 0, '\n', 0, '\n', 1, '\n', 0};
  struct Case {
    const char* encoding;
    std::string text;
    Texts lines;
  };
  for (const Case& c :
       {Case{"", "\xef\xbb\xbfone\n\xc3\xa9\n", {"one", "\xc3\xa9"}},
        Case{"", "\xff\xfe" + u16, {"one", "\xc4\x8a"}}, Case{"UTF-16LE", u16, {"one", "\xc4\x8a"}},
        Case{"windows-1252", "one\n\x80", {"one", "\xe2\x82\xac"}}, Case{"", "a", {"a"}}}) {
    CAPTURE(c.text);
    Fixture f;
    f.arguments.encoding = c.encoding;
    f.arguments.decompression = kGzip;
    write_gzip(f.path(), c.text);
    f.start();
    CHECK(f.got(c.lines));
    f.stop();
    f.start();  // Nothing again.
    CHECK(eventually(
        [&] { return f.registry.expose().find("files_active_total") != std::string::npos; }));
    f.stop();
    CHECK(f.sink->texts() == c.lines);
  }
}

TEST_CASE("source.file: NUL bytes in compressed text are left out as in a plain file") {
  using namespace std::string_literals;
  Fixture f;
  f.arguments.decompression = kGzip;
  write_gzip(f.path(), std::string(40 << 20, '\0') + "one\n"s + std::string(10, '\0') +
                           "two\nin\0side\n"s + std::string(300'000, '\0'));
  f.start();
  CHECK(f.got({"one", "two", "in\0side"s}));
  const base::metrics::Scope scope{f.registry, "loki.source.file.test"};
  const auto nul = scope.counter("loki_source_file_nul_bytes_total", "");
  CHECK(eventually([&] { return nul->value() == (40 << 20) + 300'010; }));
  CHECK(scope.counter("loki_source_file_split_lines_total", "")->value() == 0);
  f.stop();
  CHECK(f.sink->texts().size() == 3);
}

TEST_CASE("source.file: a compressed file is read once, also after a restart in the middle") {
  Fixture f;
  std::string text;
  Texts wanted;
  for (int i = 0; i < 20000; ++i) {
    wanted.push_back("compressed line number " + std::to_string(i));
    text += wanted.back() + "\n";
  }
  text += "no end";
  wanted.push_back("no end");
  gzFile gz = ::gzopen(f.path().c_str(), "wb");
  REQUIRE(::gzwrite(gz, text.data(), static_cast<unsigned>(text.size())) > 0);
  ::gzclose(gz);
  f.arguments.decompression = kGzip;
  f.sink->set(LogSink::Mode::hold);
  f.start();
  CHECK(f.got(wanted));
  f.stop();  // Nothing was delivered.
  f.sink->clear();
  f.sink->set(LogSink::Mode::deliver);
  f.start();
  CHECK(f.got(wanted));
  f.stop();
  f.start();
  CHECK(eventually(
      [&] { return f.registry.expose().find("files_active_total") != std::string::npos; }));
  f.stop();
  CHECK(f.sink->texts() == wanted);
  f.sink->release();
}

TEST_CASE("source.file: encoding and decompression change in one update") {
  Fixture f;
  f.start();
  f.arguments.encoding = "ISO-8859-1";
  f.arguments.decompression = kGzip;
  f.update();
  gzFile gz = ::gzopen(f.path("a.tmp").c_str(), "wb");
  REQUIRE(::gzputs(gz, "line\n") > 0);
  ::gzclose(gz);
  std::filesystem::rename(f.path("a.tmp"), f.path());
  CHECK(f.got({"line"}));
}

TEST_CASE("source.file: a compressed file that is still being written is read to its end") {
  Fixture f;
  std::string text;
  Texts wanted;
  for (int i = 0; i < 20000; ++i) {
    wanted.push_back("compressed line number " + std::to_string(i * 7919 % 20011));
    text += wanted.back() + "\n";
  }
  gzFile gz = ::gzopen(f.path("whole").c_str(), "wb");
  REQUIRE(::gzwrite(gz, text.data(), static_cast<unsigned>(text.size())) > 0);
  ::gzclose(gz);
  const std::string whole = *base::read_file(f.path("whole"));
  f.write("");
  f.arguments.decompression = kGzip;
  f.start();
  const size_t half = whole.size() / 2;
  f.append(whole.substr(0, half));
  CHECK(f.sink->has(1000));
  CHECK(f.source->health().message.empty());
  f.append(whole.substr(half));
  CHECK(f.got(wanted));
}

}  // namespace components::loki::source_file
