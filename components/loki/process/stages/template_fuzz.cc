#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

#include "components/loki/process/stages/template_language.h"

namespace stages = components::loki::process::stages;

/// A template and the text that each of its fields has, with a NUL between them.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const size_t end = std::min(all.find('\0'), size);
  const auto parsed = stages::parse_template(all.substr(0, end));
  if (!parsed) return 0;
  const std::string_view value = all.substr(std::min(end + 1, size));
  (void)stages::run_template(*parsed, [&](std::string_view name) {
    return name == "none" ? std::nullopt : std::optional(value);
  });
  return 0;
}
