#pragma once
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace support {

/// A temporary folder that is removed with all that is in it at the end of the test.
class Folder {
 public:
  Folder() {
    char name[] = "/tmp/tributary_test.XXXXXX";
    path_ = ::mkdtemp(name);
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string operator/(std::string_view name) const { return (path_ / name).string(); }

  /// Replaces the content of a file, making its folders.
  void write(std::string_view name, std::string_view content) const {
    put(name, content, std::ios::trunc);
  }
  void append(std::string_view name, std::string_view content) const {
    put(name, content, std::ios::app);
  }

 private:
  void put(std::string_view name, std::string_view content, std::ios::openmode how) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary | how) << content;
  }
  std::filesystem::path path_;
};

}  // namespace support
