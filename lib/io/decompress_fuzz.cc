#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/ensure.h"
#include "io/decompress.h"

namespace {

constexpr size_t kContentBytesMax = 1 << 20;  // Of a bomb that is enough.

/// The content up to its end or damage, in steps; the file grows after `grows_at` of its bytes.
std::string content_of(std::string_view bytes, size_t step, size_t grows_at,
                       io::Decompressor::Format format) {
  base::Descriptor file(::memfd_create("fuzz", MFD_CLOEXEC));
  ENSURE(file);
  const auto write = [fd = file.get()](std::string_view more, size_t at) {
    ENSURE(::pwrite(fd, more.data(), more.size(), static_cast<off_t>(at)) ==
           static_cast<ssize_t>(more.size()));
  };
  write(bytes.substr(0, grows_at), 0);
  base::Descriptor writer(::dup(file.get()));
  ENSURE(writer);
  const auto content = io::Decompressor::of(std::move(file), "fuzz", format);
  std::string all, piece(step, '\0');
  bool has_grown = grows_at >= bytes.size();
  while (all.size() < kContentBytesMax) {
    const auto got = content->read({piece.data(), piece.size()});
    if (got && *got > 0) {
      ENSURE(*got <= piece.size());
      all.append(piece, 0, *got);
      continue;
    }
    if (got || has_grown || !content->is_incomplete()) break;
    ENSURE(::pwrite(writer.get(), bytes.data() + grows_at, bytes.size() - grows_at,
                    static_cast<off_t>(grows_at)) == static_cast<ssize_t>(bytes.size() - grows_at));
    has_grown = true;
  }
  return all;
}

}  // namespace

/// The first byte chooses the format, the second where the file ends at first: what was read
/// until then is read the same when it is whole.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  using Format = io::Decompressor::Format;
  const auto format = data[0] % 2 ? Format::bzip2 : Format::gzip_or_zlib;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 2), size - 2);
  const std::string whole = content_of(bytes, 4096, bytes.size(), format);
  const std::string grown =
      content_of(bytes, 1 + data[0] / 2 % 64, std::min<size_t>(data[1], bytes.size()), format);
  const size_t common = std::min(whole.size(), grown.size());
  ENSURE(whole.substr(0, common) == grown.substr(0, common));
  return 0;
}
