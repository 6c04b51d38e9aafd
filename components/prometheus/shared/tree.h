#pragma once
#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/descriptor.h"

namespace components::prometheus {

/// Files of the kernel below one folder (/proc, /sys, or a copy of one), each read at once into a
/// buffer that is used again. Paths are relative, given in pieces. For one thread at a time.
class Tree {
 public:
  /// A longer file is cut there.
  static constexpr size_t kFileBytesMax = size_t{8} << 20;

  explicit Tree(std::string root) : root_(std::move(root)) {}

  const std::string& root() const { return root_; }

  /// The content, valid until the next call; nothing when it cannot be read.
  template <class... Pieces>
  std::optional<std::string_view> read(const Pieces&... pieces) {
    return read_path(path(pieces...));
  }
  /// The same without the white space around it.
  template <class... Pieces>
  std::optional<std::string_view> text(const Pieces&... pieces) {
    return trimmed(read_path(path(pieces...)));
  }
  /// The number that is all of the file's text.
  template <class... Pieces>
  std::optional<double> number(const Pieces&... pieces) {
    return to_number(text(pieces...));
  }
  /// The names in a folder, sorted; empty when there is none.
  template <class... Pieces>
  const std::vector<std::string>& list(std::vector<std::string>& names, const Pieces&... pieces) {
    list_path(path(pieces...), names, false);
    return names;
  }
  /// Of these, the folders.
  template <class... Pieces>
  const std::vector<std::string>& list_folders(std::vector<std::string>& names,
                                               const Pieces&... pieces) {
    const char* whole = path(pieces...);
    names.clear();
    if (has_folders(whole)) list_path(whole, names, true);
    return names;
  }
  /// When a file or folder was last changed.
  template <class... Pieces>
  std::optional<timespec> changed(const Pieces&... pieces) {
    return changed_path(path(pieces...));
  }
  /// What a symbolic link points to; empty when it is none.
  template <class... Pieces>
  std::string link(const Pieces&... pieces) {
    return link_path(path(pieces...));
  }
  /// Whether there is such a file or folder.
  template <class... Pieces>
  bool exists(const Pieces&... pieces) {
    return exists_path(path(pieces...));
  }

 private:
  template <class... Pieces>
  const char* path(const Pieces&... pieces) {
    path_.clear();
    ((path_ += std::string_view(pieces)), ...);
    return path_.c_str();
  }
  int folder();
  std::optional<std::string_view> read_path(const char* path);
  void list_path(const char* path, std::vector<std::string>& names, bool only_folders);
  bool has_folders(const char* path);
  std::optional<timespec> changed_path(const char* path);
  std::string link_path(const char* path);
  bool exists_path(const char* path);
  static std::optional<std::string_view> trimmed(std::optional<std::string_view> text);
  static std::optional<double> to_number(std::optional<std::string_view> text);

  const std::string root_;
  base::Descriptor folder_;
  std::string path_;
  std::string buffer_;
  std::string entries_;
};

}  // namespace components::prometheus
