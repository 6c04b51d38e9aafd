#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/ensure.h"
#include "telemetry/wire/snappy.h"

/// Decoding whatever bytes ends in content or an error; and bytes, repeated with a number between
/// so that long inputs are tried, come back as they were, in one piece or two.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace telemetry::wire;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)uncompress_block(bytes, 1 << 20);
  if (size < 3) return 0;
  std::string content;
  for (int i = 0; i <= data[0] && content.size() < 200'000; ++i)
    content.append(bytes.substr(2)).append(std::to_string(i * 7919));
  const std::string_view all(content);
  const size_t cut = content.size() * data[1] / 256;
  const std::string_view pieces[] = {all.substr(0, cut), all.substr(cut)};
  ENSURE(uncompress_block(compress_block(pieces), content.size()).value() == content);
  return 0;
}
