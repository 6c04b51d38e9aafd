#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/ensure.h"
#include "telemetry/wire/remote_write.h"
#include "telemetry/wire/snappy.h"

/// Whatever the bytes, decoding ends in a batch or an error, and what was decoded can be encoded
/// and decoded again.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace telemetry::wire;
  constexpr size_t kSamplesMax = 1000;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)decode_write(bytes);
  if (const auto received = read_write(bytes, kSamplesMax)) {
    const auto& taken = received->batch;
    ENSURE(taken.count() + received->invalid <= kSamplesMax);
    // What is taken can be queued, and read again as it was.
    WriteEncoder queued;
    for (const auto& sample : taken.samples)
      queued.add(taken.series->wire(sample.series), sample.time_ms, sample.value);
    const auto read = decode_write(queued.finish(queued.encoded()));
    ENSURE(read.has_value() && read->samples.size() == taken.samples.size());
    for (uint32_t i = 0; i < read->samples.size(); ++i)
      ENSURE(read->series->wire(i) == taken.series->wire(taken.samples[i].series));
  }
  const auto batch = decode_write(compress_block(std::vector<std::string_view>{bytes}));
  if (!batch) return 0;
  WriteEncoder encoder;
  for (const auto& sample : batch->samples)
    encoder.add(batch->series->wire(sample.series), sample.time_ms, sample.value);
  for (const auto& sample : batch->histograms)
    encoder.add_histogram(batch->series->wire(sample.series), batch->text(sample.message));
  const auto again = decode_write(encoder.finish(encoder.encoded()));
  ENSURE(again.has_value());
  ENSURE(again->samples.size() == batch->samples.size());
  ENSURE(again->histograms.size() == batch->histograms.size());
  return 0;
}
