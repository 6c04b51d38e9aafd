#include <cstddef>
#include <cstdint>
#include <string>

#include "compiler/migrate/documents/testing.h"

using namespace compiler::migrate;
using namespace compiler::migrate::documents;

/// Any bytes as a JSON file.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  check_reading(std::string(reinterpret_cast<const char*>(data), size), FileType::json);
  return 0;
}
