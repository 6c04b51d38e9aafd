#include "components/loki/source_file/archive.h"

#include <doctest/doctest.h>
#include <zlib.h>

#include "base/files.h"
#include "components/loki/source_file/fixture.h"

namespace components::loki::source_file {

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
  f.arguments.decompression = {.enabled = true, .initial_delay = {}, .format = Compression::gz};
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
  f.arguments.decompression = {.enabled = true, .initial_delay = {}, .format = Compression::gz};
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
  f.arguments.decompression = {.enabled = true, .initial_delay = {}, .format = Compression::gz};
  f.start();
  const size_t half = whole.size() / 2;
  f.append(whole.substr(0, half));
  CHECK(f.sink->has(1000));
  CHECK(f.source->health().message.empty());
  f.append(whole.substr(half));
  CHECK(f.got(wanted));
}

}  // namespace components::loki::source_file
