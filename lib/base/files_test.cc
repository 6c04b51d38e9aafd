#include "base/files.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/thread.h"

namespace {

/// A folder that goes at the end of the test.
struct TemporaryFolder {
  std::filesystem::path path;
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "files_test.XXXXXX").string();
    path = ::mkdtemp(pattern.data());
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path); }
  std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(path))
      found.push_back(entry.path().filename());
    std::sort(found.begin(), found.end());
    return found;
  }
};

}  // namespace

TEST_CASE("files: what was written is read, and an old content is replaced whole") {
  const TemporaryFolder folder;
  const auto file = folder.path / "a";
  REQUIRE(base::write_file_atomic(file, "a longer first content"));
  REQUIRE(base::write_file_atomic(file, "second"));
  CHECK(base::read_file(file).value() == "second");
  CHECK(folder.names() == std::vector<std::string>{"a"});
}

TEST_CASE("files: errors name the file and the cause") {
  const TemporaryFolder folder;
  const auto missing = folder.path / "missing";
  CHECK(base::read_file(missing).error().message ==
        "cannot read " + missing.string() + ": No such file or directory");
  REQUIRE(base::write_file_atomic(missing, "12345"));
  CHECK(base::read_file(missing, 4).error().message ==
        "cannot read " + missing.string() + ": larger than 4 bytes");
  CHECK_FALSE(base::write_file_atomic(folder.path / "no" / "folder", "x"));
}

TEST_CASE("files: a folder is read in the order of its names, other files left out") {
  const TemporaryFolder folder;
  for (const char* name : {"b.alloy", "a.river", "c.txt"})
    REQUIRE(base::write_file_atomic(folder.path / name, name));
  const auto texts = base::read_config(folder.path);
  REQUIRE(texts);
  REQUIRE(texts->size() == 2);
  CHECK(texts->at(0).text == "a.river");
  CHECK(texts->at(1).text == "b.alloy");
}

TEST_CASE("files: a replaced file keeps its mode and owner, a new one gets those asked for") {
  const TemporaryFolder folder;
  const auto facts = [&](const char* name) {
    struct stat status {};
    REQUIRE(::lstat((folder.path / name).c_str(), &status) == 0);
    return status;
  };
  const mode_t old_mask = ::umask(022);
  REQUIRE(base::write_file_atomic(folder.path / "new", "x", 0666));
  ::umask(old_mask);
  CHECK((facts("new").st_mode & 07777) == 0644);
  REQUIRE(::chmod((folder.path / "new").c_str(), 0640) == 0);
  const bool may_chown = ::chown((folder.path / "new").c_str(), 1234, 5678) == 0;
  REQUIRE(base::write_file_atomic(folder.path / "new", "y", 0600));
  CHECK((facts("new").st_mode & 07777) == 0640);
  if (may_chown) {
    CHECK(facts("new").st_uid == 1234);
    CHECK(facts("new").st_gid == 5678);
  }
}

TEST_CASE("files: symbolic links are replaced, not followed, and nothing is left behind") {
  const TemporaryFolder folder;
  REQUIRE(base::write_file_atomic(folder.path / "victim", "untouched"));
  std::filesystem::create_symlink("victim", folder.path / "link");
  std::filesystem::create_symlink("victim", folder.path / "link.new");  // The old temporary name.
  REQUIRE(base::write_file_atomic(folder.path / "link", "content"));
  CHECK(base::read_file(folder.path / "victim").value() == "untouched");
  CHECK_FALSE(std::filesystem::is_symlink(folder.path / "link"));
  CHECK(base::read_file(folder.path / "link").value() == "content");
  std::filesystem::create_directory(folder.path / "directory");
  CHECK_FALSE(base::write_file_atomic(folder.path / "directory", "x"));
  CHECK(folder.names() == std::vector<std::string>{"directory", "link", "link.new", "victim"});
}

TEST_CASE("files: of two writers one wins whole") {
  const TemporaryFolder folder;
  const auto file = folder.path / "f";
  const std::string contents[] = {std::string(100'000, 'a'), std::string(50'000, 'b')};
  {
    std::vector<base::Thread> writers;
    for (const std::string& content : contents)
      writers.push_back(std::move(*base::Thread::start("writer", [&] {
        for (int i = 0; i < 50; ++i) CHECK(base::write_file_atomic(file, content));
      })));
  }
  const std::string last = base::read_file(file).value();
  CHECK((last == contents[0] || last == contents[1]));
  CHECK(folder.names() == std::vector<std::string>{"f"});
}

TEST_CASE("files: what is not a regular file fails at once where one is expected") {
  const TemporaryFolder folder;
  const auto fifo = folder.path / "fifo";
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  const auto text = base::read_regular_file(fifo);
  REQUIRE_FALSE(text.has_value());
  CHECK(text.error().message.find("not a regular file") != std::string::npos);
  CHECK_FALSE(base::read_regular_file(folder.path).has_value());
  CHECK_FALSE(base::read_regular_file("/dev/zero").has_value());
  REQUIRE(base::write_file_atomic(folder.path / "file", "x").has_value());
  CHECK(*base::read_regular_file(folder.path / "file") == "x");
}
