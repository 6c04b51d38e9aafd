#include <algorithm>
#include <cstdint>
#include <string_view>

#include "base/ensure.h"
#include "components/loki/process/stages/timestamp_layout.h"

namespace stages = components::loki::process::stages;

/// A layout and a text, with a NUL between them.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const size_t end = std::min(all.find('\0'), size);
  const auto layout = stages::TimeLayout::parse(all.substr(0, end));
  if (!layout) return 0;
  if (const auto moment = layout->read(all.substr(std::min(end + 1, size)))) {
    moment->to_ns(3600);
    ENSURE(moment->month >= 1 && moment->month <= 12);
  }
  return 0;
}
