#include <cstddef>
#include <cstdint>
#include <string>

#include "compiler/migrate/documents/testing.h"

using namespace compiler::migrate;
using namespace compiler::migrate::documents;

/// Any bytes as a YAML file, or as a page.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  check_reading(text, FileType::yaml);
  check_reading(text, FileType::markdown);
  return 0;
}
