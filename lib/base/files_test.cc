#include "base/files.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>

namespace {

/// A folder that goes at the end of the test.
struct TemporaryFolder {
  std::filesystem::path path;
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "files_test.XXXXXX").string();
    path = ::mkdtemp(pattern.data());
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path); }
};

}  // namespace

TEST_CASE("files: what was written is read, and an old content is replaced whole") {
  const TemporaryFolder folder;
  const auto file = folder.path / "a";
  REQUIRE(base::write_file_atomic(file, "a longer first content"));
  REQUIRE(base::write_file_atomic(file, "second"));
  CHECK(base::read_file(file).value() == "second");
  CHECK_FALSE(std::filesystem::exists(folder.path / "a.new"));
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
