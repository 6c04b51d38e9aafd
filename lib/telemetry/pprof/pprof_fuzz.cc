#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/ensure.h"
#include "telemetry/pprof/delta.h"

/// Whatever the bytes, reading ends in a profile or an error, and what was read can be built and
/// read again: stacks that are equal become one, and nothing else goes.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace telemetry::pprof;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)looks_like_profile(bytes);
  const auto profile = read(bytes);
  if (!profile) return 0;
  Builder builder(profile->sample_types);
  Copier copier(*profile, builder);
  for (size_t i = 0; i < profile->samples.size(); ++i)
    copier.add(profile->samples[i], profile->values_of(i));
  const size_t different = builder.samples();
  const std::string compressed = builder.finish_compressed(profile->head);
  const auto message = uncompressed(compressed, 1 << 30);
  ENSURE(message.has_value());
  const auto again = read(*message);
  ENSURE(again.has_value());
  ENSURE(again->samples.size() == different && different <= profile->samples.size());
  ENSURE(again->sample_types.size() == profile->sample_types.size());
  ENSURE(again->head.time_ns == profile->head.time_ns);
  Delta delta({std::string(profile->sample_types.front().type)});
  ENSURE(!delta.advance(compressed, 1 << 30).value().has_value());
  ENSURE(delta.advance(compressed, 1 << 30).has_value());
  return 0;
}
