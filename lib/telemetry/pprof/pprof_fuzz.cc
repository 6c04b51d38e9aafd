#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/ensure.h"
#include "telemetry/pprof/builder.h"
#include "telemetry/pprof/reader.h"

/// Whatever the bytes, reading ends in a profile or an error, and what was read can be built and
/// read again: stacks that are equal become one, and nothing else goes.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace telemetry::pprof;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)looks_like_profile(bytes);
  const auto profile = read(bytes);
  if (!profile) return 0;
  Builder builder(profile->sample_types);
  std::vector<uint64_t> mappings{0}, functions{0}, locations{0};
  for (const auto& mapping : profile->mappings) mappings.push_back(builder.mapping(mapping));
  for (const auto& function : profile->functions) functions.push_back(builder.function(function));
  for (const auto& location : profile->locations) {
    std::vector<Line> lines;
    for (const Line& line : profile->lines_of(location))
      lines.push_back({functions[line.function], line.line});
    locations.push_back(builder.location(mappings[location.mapping], location.address, lines));
  }
  for (size_t i = 0; i < profile->samples.size(); ++i) {
    std::vector<uint64_t> stack;
    for (const uint64_t id : profile->stack_of(profile->samples[i])) stack.push_back(locations[id]);
    builder.add(stack, profile->values_of(i), profile->labels_of(profile->samples[i]));
  }
  const size_t different = builder.samples();
  const std::string compressed = builder.finish_compressed(profile->head);
  const auto message = uncompressed(compressed, 1 << 30);
  ENSURE(message.has_value());
  const auto again = read(*message);
  ENSURE(again.has_value());
  ENSURE(again->samples.size() == different && different <= profile->samples.size());
  ENSURE(again->sample_types.size() == profile->sample_types.size());
  ENSURE(again->head.time_ns == profile->head.time_ns);
  return 0;
}
