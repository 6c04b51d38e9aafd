#include <cstddef>
#include <cstdint>
#include <string>

#include "compiler/migrate/documents/testing.h"

/// Any bytes as a JSON file.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  migrate::check_reading(std::string(reinterpret_cast<const char*>(data), size),
                         migrate::FileType::json);
  return 0;
}
