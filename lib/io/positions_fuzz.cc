#include <cstdint>
#include <string_view>

#include "base/ensure.h"
#include "io/positions.h"
#include "io/positions_text.h"

/// What is taken for a positions file is written again as the same bytes.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto entries = io::parse_positions(text)) {
    const auto again = io::parse_positions(io::format_positions(*entries));
    ENSURE(again && *again == *entries);
  }
  return 0;
}
