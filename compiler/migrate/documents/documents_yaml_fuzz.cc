#include <cstddef>
#include <cstdint>
#include <string>

#include "compiler/migrate/documents/testing.h"

/// Any bytes as a YAML file, or as a page.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  migrate::check_reading(text, migrate::FileType::yaml);
  migrate::check_reading(text, migrate::FileType::markdown);
  return 0;
}
