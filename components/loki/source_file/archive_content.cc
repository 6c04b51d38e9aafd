#include "components/loki/source_file/archive_content.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace components::loki::source_file {

base::Result<ArchiveContent> ArchiveContent::open(const std::string& path, Compression compression,
                                                  const Encoding& configured) {
  ArchiveContent archive;
  archive.path_ = path;
  archive.encoding_ = configured;
  // Opening a FIFO would wait for a writer.
  archive.file_.reset(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!archive.file_) return base::fail_errno(path, errno);
  struct stat status {};
  if (::fstat(archive.file_.get(), &status) != 0) return base::fail_errno(path, errno);
  if (!S_ISREG(status.st_mode)) return base::fail("{}: not a regular file", path);
  archive.point_.device = status.st_dev;
  archive.point_.inode = status.st_ino;
  base::Descriptor to_read(::fcntl(archive.file_.get(), F_DUPFD_CLOEXEC, 0));
  if (!to_read) return base::fail_errno(path, errno);
  using Format = io::Decompressor::Format;
  archive.content_ =
      io::Decompressor::of(std::move(to_read), path,
                           compression == Compression::bz2 ? Format::bzip2 : Format::gzip_or_zlib);
  return archive;
}

uint64_t ArchiveContent::size() const {
  struct stat status {};
  return ::fstat(file_.get(), &status) == 0 ? static_cast<uint64_t>(status.st_size) : 0;
}

bool ArchiveContent::read_more(std::string& text, size_t bytes) {
  const size_t before = text.size();
  text.resize(before + bytes);
  const auto got = content_->read({text.data() + before, bytes});
  text.resize(before + (got ? *got : 0));
  if (got && size() == 0) damage_ = path_ + ": empty";
  if (got) return *got > 0;
  damage_ = got.error().message;
  return false;
}

void ArchiveContent::begin_reading() {
  is_at_end_ = false;
  damage_.clear();
  if (point_.beginning.size < Fingerprint::kBytesMax)
    point_.beginning = fingerprint_of(file_.get(), Fingerprint::kBytesMax);
}

/// By the mark at the start of the content, which is no part of a line. False: too little of it is
/// there.
bool ArchiveContent::find_encoding(std::string& text) {
  if (has_encoding_) return true;
  if (text.size() < kMarkBytesMax && !is_at_end_) return false;
  const auto mark = byte_order_mark(text);
  if (mark) encoding_ = mark->encoding;
  if (mark && point_.offset == 0) {
    text.erase(0, mark->bytes.size());
    point_.offset = mark->bytes.size();
  }
  // What is not whole may still get one.
  has_encoding_ = text.size() >= kMarkBytesMax || mark || damage_.empty();
  return has_encoding_;
}

bool ArchiveContent::skip_to(uint64_t offset) {
  begin_reading();
  std::string passed;
  while (point_.offset < offset && !is_at_end_) {
    const uint64_t left = offset - point_.offset;
    passed.clear();
    // The first bytes say the encoding.
    const uint64_t wanted = has_encoding_ ? left : std::max<uint64_t>(left, kMarkBytesMax);
    while (!is_at_end_ && (passed.empty() || !find_encoding(passed)))
      is_at_end_ = !read_more(passed, std::min<uint64_t>(wanted, FileReader::kChunkBytes));
    const size_t used = std::min<uint64_t>(passed.size(), offset - point_.offset);
    point_.offset += used;
    carry_ = passed.substr(used);
  }
  return point_.offset >= offset;
}

/// A hole may be larger than memory.
void ArchiveContent::skip_nul(std::string& text) {
  if (encoding_.is_utf16() || !text.starts_with('\0')) return;
  const size_t nul = std::min(text.find_first_not_of('\0'), text.size());
  text.erase(0, nul);
  point_.offset += nul;
  nul_bytes_ += nul;
}

bool ArchiveContent::read(std::string& text, bool rest) {
  begin_reading();
  text = std::exchange(carry_, {});
  size_t lines = 0;
  while (!is_at_end_ && text.size() < FileReader::kLineBytesMax && lines == 0) {
    is_at_end_ = !read_more(text, FileReader::kChunkBytes);
    if (!find_encoding(text)) continue;
    skip_nul(text);
    lines = lines_size(text, encoding_);
  }
  const bool is_cut = lines == 0 && !is_at_end_;
  if (is_cut || (is_at_end_ && (damage_.empty() || rest))) lines = text.size();
  carry_ = text.substr(lines);
  text.resize(lines);
  point_.offset += lines;
  if (!encoding_.is_utf16()) nul_bytes_ += remove_nul_before_lines(text);
  text = to_utf8(std::move(text), encoding_);
  return is_cut;
}

}  // namespace components::loki::source_file
