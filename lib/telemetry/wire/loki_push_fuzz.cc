#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/ensure.h"
#include "telemetry/wire/loki_push.h"
#include "tests/support/push_decoder.h"

/// Whatever the bytes, decoding ends in a batch or an error, and what was decoded can be encoded
/// and decoded again.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace support;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)decode_push(bytes);
  (void)decode_push_json(bytes);
  const auto batch = decode_push_message(bytes);
  if (!batch) return 0;
  telemetry::wire::PushEncoder encoder;
  for (const auto& entry : batch->entries)
    encoder.add(encoder.stream(batch->labels(entry)), *batch, entry);
  const auto again = decode_push(encoder.finish());
  ENSURE(again.has_value());
  ENSURE(again->entries.size() == batch->entries.size());
  return 0;
}
