#include <cstdint>
#include <string_view>

#include "components/loki/source_api/requests.h"

/// The first byte says which kind of request the others are.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace components::loki::source_api;
  if (size == 0) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 3 == 0)
    (void)read_lines(body);
  else
    (void)read_push(data[0] % 3 == 1 ? Encoding::json : Encoding::proto, body);
  return 0;
}
