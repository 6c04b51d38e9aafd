#pragma once
#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "base/descriptor.h"
#include "base/result.h"

namespace io {

/// Reads the content of a compressed file from its start. Concatenated members (`cat a.gz b.gz`)
/// read as one content. One thread.
class Decompressor {
 public:
  enum class Format { gzip_or_zlib, bzip2 };

  virtual ~Decompressor() = default;
  /// Up to out.size() bytes; 0 at the end. Fails on damaged content, after what was good of it.
  virtual base::Result<size_t> read(std::span<char> out) = 0;
  /// The last read() failed because the file ends in the middle of its content. When more has been
  /// written to it, read() goes on from there.
  virtual bool is_incomplete() const = 0;

  /// Of an open file, which is at its start; errors call it by this name.
  static std::unique_ptr<Decompressor> of(base::Descriptor file, std::string name, Format format);
};

}  // namespace io
