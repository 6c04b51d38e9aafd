#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/ensure.h"
#include "telemetry/wire/pyroscope_push.h"

/// Whatever the bytes, decoding ends in profiles or an error, and what was decoded is the same
/// after it was encoded and decoded again.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace telemetry;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)wire::decode_profile_push(bytes);
  const auto profiles = wire::decode_profile_record(bytes);
  if (!profiles) return 0;
  const auto again = wire::decode_profile_record(wire::encode_profile_record(*profiles));
  ENSURE(again && again->size() == profiles->size());
  for (size_t i = 0; i < again->size(); ++i) {
    const Profile &before = (*profiles)[i], &after = (*again)[i];
    ENSURE(before.labels == after.labels && *before.body == *after.body && before.id == after.id);
    ENSURE((before.form == nullptr) == (after.form == nullptr));
    if (before.form) ENSURE(before.form->parameters == after.form->parameters);
  }
  return 0;
}
