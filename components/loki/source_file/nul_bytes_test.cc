#include "components/loki/source_file/nul_bytes.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <filesystem>

#include "base/descriptor.h"
#include "components/loki/source_file/fixture.h"

namespace components::loki::source_file {
namespace {

enum class Reserved { hole, written };

/// A writer that goes on at its own place in space that it reserved.
struct ReservingWriter {
  base::Descriptor file;
  off_t at = 0;

  ReservingWriter(const std::string& path, const std::string& head, off_t bytes, Reserved how)
      : file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    write(head);
    const std::string nul(static_cast<size_t>(bytes), '\0');
    if (how == Reserved::hole)
      REQUIRE(::ftruncate(file.get(), at + bytes) == 0);
    else
      REQUIRE(::pwrite(file.get(), nul.data(), nul.size(), at) == bytes);
  }
  void write(const std::string& text) {
    REQUIRE(::pwrite(file.get(), text.data(), text.size(), at) ==
            static_cast<ssize_t>(text.size()));
    at += static_cast<off_t>(text.size());
  }
};

}  // namespace

TEST_CASE("source.file: the end of what is written in reserved space") {
  const support::Folder folder;
  for (const auto how : {Reserved::hole, Reserved::written}) {
    CAPTURE(static_cast<int>(how));
    const std::string path = folder / ("f" + std::to_string(static_cast<int>(how)));
    ReservingWriter writer(path, "", 1 << 20, how);
    DataEnd end;
    const int fd = writer.file.get();
    CHECK(end.find(fd, 0) == 0);
    writer.write("one\n");
    CHECK(end.find(fd, 0) == 4);
    CHECK(end.find(fd, 4) == 4);
    writer.write(std::string(100'000, 'x'));
    CHECK(end.find(fd, 4) == 100'004);
    DataEnd another;
    CHECK(another.find(fd, 0) == 100'004);
    CHECK(another.find(fd, 50) == 100'004);
    REQUIRE(::ftruncate(fd, 100'000) == 0);
    CHECK(end.find(fd, 4) == 100'000);
    REQUIRE(::ftruncate(fd, 2) == 0);
    CHECK(end.find(fd, 4) == 2);
  }
}

TEST_CASE("source.file: text behind blocks that were never written is found") {
  const support::Folder folder;
  ReservingWriter writer(folder / "f", "one\n", 300'000, Reserved::hole);
  REQUIRE(::pwrite(writer.file.get(), "x", 1, 200'000) == 1);
  DataEnd end;
  CHECK(end.find(writer.file.get(), 4) == 200'001);
}

TEST_CASE("source.file: space in which nothing was written yet is gone through once") {
  const support::Folder folder;
  ReservingWriter writer(folder / "f", "", 300'000, Reserved::written);
  // A time of now would have it looked at once more: there may be writes of the same time.
  std::filesystem::last_write_time(folder / "f", std::filesystem::file_time_type());
  const int fd = writer.file.get();
  DataEnd end;
  CHECK(end.find(fd, 0) == 0);
  REQUIRE(::lseek(fd, 7, SEEK_SET) == 7);
  CHECK(end.find(fd, 0) == 0);
  CHECK(::lseek(fd, 0, SEEK_CUR) == 7);  // Looking for data would have moved it.
  writer.write("one\n");
  CHECK(end.find(fd, 0) == 4);
}

TEST_CASE("source.file: lines in space that was reserved come once, as they are written") {
  for (const auto how : {Reserved::hole, Reserved::written})
    for (const size_t head : {0, 5, 2000}) {
      CAPTURE(static_cast<int>(how));
      CAPTURE(head);
      Fixture f;
      Texts wanted;
      if (head > 0) wanted.push_back(std::string(head - 1, 'h'));
      ReservingWriter writer(f.path(), head > 0 ? wanted.back() + "\n" : "", 1 << 20, how);
      f.start();
      for (int i = 0; i < 5; ++i) {
        writer.write("li");
        writer.write("ne " + std::to_string(i) + "\n");
        wanted.push_back("line " + std::to_string(i));
        CHECK(f.got(wanted));
      }
      writer.write("unfinished");
      REQUIRE(::ftruncate(writer.file.get(), writer.at) == 0);  // As it is closed.
      writer.write("\n");
      wanted.emplace_back("unfinished");
      CHECK(f.got(wanted));
      const base::metrics::Scope scope{f.registry, "loki.source.file.test"};
      CHECK(scope.counter("loki_source_file_truncations_total", "")->value() == 0);
    }
}

TEST_CASE(
    "source.file: an unfinished line before reserved space is taken when the file was replaced") {
  Fixture f;
  ReservingWriter writer(f.path(), "one\ntwo", 1 << 20, Reserved::written);
  f.start();
  CHECK(f.got({"one"}));
  std::filesystem::rename(f.path(), f.path("a.log.1"));
  f.write("three\n");
  CHECK(f.got({"one", "two", "three"}));
}

TEST_CASE("source.file: reading from the end begins where the text ends") {
  Fixture f;
  f.arguments.tail_from_end = true;
  ReservingWriter writer(f.path(), "one\ntwo\n", 20 << 20, Reserved::hole);
  f.start();
  CHECK(f.is_read_to(8));
  writer.write("three\n");
  CHECK(f.got({"three"}));
}

TEST_CASE("source.file: last bytes that are written over do not repeat what is before them") {
  for (const int lines : {30, 100}) {  // Some 800 bytes and 2,800.
    Fixture f;
    std::string text = "[\n";
    Texts wanted = {"["};
    for (int i = 0; i < lines; ++i) {
      wanted.push_back("{\"n\": " + std::to_string(i) + ", \"text\": \"some\"}");
      text += wanted.back() + "\n";
    }
    f.write(text + "]\n");
    f.start();
    wanted.emplace_back("]");
    CHECK(f.got(wanted));
    const base::Descriptor writer(::open(f.path().c_str(), O_WRONLY | O_CLOEXEC));
    for (const std::string more : {",{\"n\": 100}\n]\n", ",{\"n\": 101, \"longer\": true}\n]\n"}) {
      const off_t end = ::lseek(writer.get(), -2, SEEK_END);
      REQUIRE(::pwrite(writer.get(), more.data(), more.size(), end) ==
              static_cast<ssize_t>(more.size()));
      wanted.push_back(more.substr(0, more.size() - 3));
      wanted.emplace_back("]");
      CHECK(f.got(wanted));
    }
    // Cut off, and gone on from there.
    std::filesystem::resize_file(f.path(), std::filesystem::file_size(f.path()) - 2);
    f.append("and more\n");
    wanted.emplace_back("and more");
    CHECK(f.got(wanted));
    const base::metrics::Scope scope{f.registry, "loki.source.file.test"};
    CHECK(scope.counter("loki_source_file_truncations_total", "")->value() == 0);
  }
}

}  // namespace components::loki::source_file
