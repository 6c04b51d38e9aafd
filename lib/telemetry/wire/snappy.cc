#include "telemetry/wire/snappy.h"

#include <snappy-sinksource.h>
#include <snappy.h>

#include <memory>

namespace telemetry::wire {
namespace {

/// Lets the compressor read the pieces where they lie.
class Pieces final : public snappy::Source {
 public:
  explicit Pieces(std::span<const std::string_view> pieces) : pieces_(pieces) {
    for (const auto piece : pieces_) available_ += piece.size();
  }
  size_t available() const { return available_; }

  size_t Available() const override { return available_; }
  const char* Peek(size_t* size) override {
    while (!pieces_.empty() && at_ == pieces_.front().size()) advance();
    const std::string_view left = pieces_.empty() ? "" : pieces_.front().substr(at_);
    *size = left.size();
    return left.data();
  }
  void Skip(size_t size) override {
    available_ -= size;
    while (size > 0) {
      const size_t step = std::min(size, pieces_.front().size() - at_);
      at_ += step;
      size -= step;
      if (size > 0) advance();
    }
  }

 private:
  void advance() {
    pieces_ = pieces_.subspan(1);
    at_ = 0;
  }

  std::span<const std::string_view> pieces_;
  size_t at_ = 0;
  size_t available_ = 0;
};

}  // namespace

std::string compress_block(std::span<const std::string_view> pieces) {
  Pieces source(pieces);
  // Not into the string: it would be filled with zeros first, and be larger than what it holds.
  const auto out =
      std::make_unique_for_overwrite<char[]>(snappy::MaxCompressedLength(source.available()));
  snappy::UncheckedByteArraySink sink(out.get());
  return {out.get(), snappy::Compress(&source, &sink)};
}

base::Result<std::string> uncompress_block(std::string_view block, size_t bytes_max) {
  size_t size = 0;
  if (!snappy::GetUncompressedLength(block.data(), block.size(), &size))
    return base::fail("snappy: no length at the front");
  if (size > bytes_max)
    return base::fail("snappy: {} bytes, at most {} are taken", size, bytes_max);
  // The format cannot grow a block more than 64 bytes for 3, so a larger claim is a lie.
  if (size / 32 > block.size()) return base::fail("snappy: length {} is impossible", size);
  std::string out(size, '\0');
  if (!snappy::RawUncompress(block.data(), block.size(), out.data()))
    return base::fail("snappy: corrupt block of {} bytes", block.size());
  return out;
}

}  // namespace telemetry::wire
