#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/descriptor.h"
#include "base/result.h"
#include "components/loki/source_file/encoding.h"
#include "components/loki/source_file/file_reader.h"
#include "components/loki/source_file/open_files.h"
#include "components/loki/source_file/signature.h"
#include "io/decompress.h"

namespace components::loki::source_file {

/// The text of one compressed file that is open, from its start, in whole lines. One thread.
class ArchiveContent {
 public:
  /// Fails on what is no regular file, or cannot be read.
  static base::Result<ArchiveContent> open(const std::string& path, Compression compression,
                                           const Encoding& configured);

  /// The offset is in decompressed bytes, the beginning that of the compressed ones: rotation
  /// renames such a file, and does not change it.
  const ResumePoint& point() const { return point_; }
  bool begins_with(const Fingerprint& beginning) const {
    return fingerprint_of(file_.get(), beginning.size) == beginning;
  }
  /// Of the compressed bytes, now.
  uint64_t size() const;

  /// Reads up to an offset and throws it away. False: it ends before.
  bool skip_to(uint64_t offset);
  /// Takes the next lines, as UTF-8, into `text`, which is empty. `rest`: of a file that is damaged
  /// or not whole also the beginning of a line. True: the line was too long and is cut.
  bool read(std::string& text, bool rest);

  /// NUL bytes that were left out since it was asked last.
  uint64_t take_nul_bytes() { return std::exchange(nul_bytes_, 0); }

  /// What the last call met: nothing more is there for now.
  bool is_at_end() const { return is_at_end_; }
  /// Why that is no end of the content; empty: it is.
  const std::string& damage() const { return damage_; }
  /// When more has been written to the file, read() goes on; else it has to be opened again.
  bool can_go_on() const { return content_->is_incomplete(); }

 private:
  bool read_more(std::string& text, size_t bytes);
  void begin_reading();
  bool find_encoding(std::string& text);
  void skip_nul(std::string& text);

  OpenFiles::Token counted_;
  base::Descriptor file_;  ///< the decompressor has another one
  std::string path_;
  Encoding encoding_;
  std::unique_ptr<io::Decompressor> content_;
  ResumePoint point_;
  uint64_t nul_bytes_ = 0;
  std::string carry_;  ///< the beginning of a line whose end was not read yet
  bool has_encoding_ = false;
  bool is_at_end_ = false;
  std::string damage_;
};

}  // namespace components::loki::source_file
