#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include "components/loki/source_file/rotation.h"
#include "io/decompress.h"

namespace components::loki::source_file {
namespace {

using Format = io::Decompressor::Format;

Format format_of(const std::string& path) {
  return path.ends_with(".bz2") ? Format::bzip2 : Format::gzip_or_zlib;
}

base::Descriptor file_without_name(const std::string& folder) {
  std::string path = folder + "/unpacked-XXXXXX";
  base::Descriptor file(::mkostemp(path.data(), O_CLOEXEC));
  if (file) ::unlink(path.c_str());
  return file;
}

/// Writes the content of an archive to a file without a name, but for what lies between its
/// beginning and the point: that stays a hole.
class Unpacking {
 public:
  Unpacking(const std::string& archive, Format format, const std::string& folder)
      : file_(file_without_name(folder)) {
    base::Descriptor packed(::open(archive.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (!file_) trouble_ = base::fail_errno(folder, errno).value().message;
    if (packed && file_) content_ = io::Decompressor::of(std::move(packed), archive, format);
  }

  /// Whether the content has what was read up to the point. Everything has what is nothing.
  bool continues(const ResumePoint& point) {
    if (!content_ || !copy_to(point.beginning.size) ||
        fingerprint_of(file_.get(), point.beginning.size) != point.beginning)
      return false;
    const uint64_t kept = std::min<uint64_t>(point.offset, point.end.size);
    return pass_to(point.offset - kept) && copy_to(point.offset) &&
           (kept == 0 || fingerprint_before(file_.get(), point.offset) == point.end);
  }

  /// Copies the rest, as long as there is room.
  void finish(uint64_t& room) {
    while (room > 0 && copy_to(at_ + std::min<uint64_t>(room, sizeof buffer_)))
      room -= std::min<uint64_t>(room, sizeof buffer_);
    if (room == 0 && trouble_.empty())
      trouble_ = fmt::format("more than {} bytes", kUnpackedBytesMax);
  }

  base::Result<FileReader> open(const Encoding& encoding) const {
    return FileReader::open(fmt::format("/proc/self/fd/{}", file_.get()), encoding);
  }
  const std::string& trouble() const { return trouble_; }

 private:
  /// False: it ends before, or is damaged, or the disk is full.
  bool copy_to(uint64_t offset) { return advance(offset, true); }
  bool pass_to(uint64_t offset) { return advance(offset, false); }
  bool advance(uint64_t offset, bool copies) {
    while (at_ < offset && trouble_.empty()) {
      const auto got = content_->read({buffer_, std::min<uint64_t>(offset - at_, sizeof buffer_)});
      if (!got) trouble_ = got.error().message;
      if (!got || *got == 0) return false;
      if (copies && ::pwrite(file_.get(), buffer_, *got, static_cast<off_t>(at_)) !=
                        static_cast<ssize_t>(*got))
        trouble_ = base::fail_errno("unpack", errno).value().message;
      at_ += *got;
    }
    return trouble_.empty();
  }

  base::Descriptor file_;
  std::unique_ptr<io::Decompressor> content_;
  uint64_t at_ = 0;
  std::string trouble_;
  char buffer_[64 << 10];
};

}  // namespace

std::vector<FileReader> unpack_rest(const std::string& path, const ResumePoint& point,
                                    const Encoding& encoding, const std::string& folder,
                                    std::string& trouble) {
  std::vector<FileReader> files;
  if (point.seen_ns == 0 || point.beginning.size == 0) return files;
  uint64_t room = kUnpackedBytesMax;
  for (const RotatedFile& archive : archives_since(path, point.seen_ns)) {
    const auto unpacking =
        std::make_unique<Unpacking>(archive.path, format_of(archive.path), folder);
    const bool is_first = files.empty();
    if (!unpacking->continues(is_first ? point : ResumePoint())) continue;
    unpacking->finish(room);
    if (!unpacking->trouble().empty())
      trouble = fmt::format("{}: not unpacked to its end: {}", archive.path, unpacking->trouble());
    auto file = unpacking->open(encoding);
    if (!file) {
      trouble = file.error().message;
      break;
    }
    file->seek(is_first ? point.offset : 0);
    files.push_back(std::move(*file));
  }
  return files;
}

}  // namespace components::loki::source_file
