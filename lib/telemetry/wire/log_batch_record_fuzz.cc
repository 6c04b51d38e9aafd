#include <cstddef>
#include <cstdint>
#include <string>

#include "base/ensure.h"
#include "telemetry/wire/log_batch_record.h"

/// Whatever the bytes, decoding ends in a batch or an error; what was decoded has only good indexes
/// and slices, and encoded again gives a batch that says the same.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace telemetry;
  using namespace telemetry::wire;
  // Most inputs should get past the trailer.
  std::string bytes(reinterpret_cast<const char*>(data), size);
  bytes += std::string("\1\0\0\0", 4);
  const auto batch = decode_log_batch_record(std::move(bytes));
  if (!batch) return 0;
  std::string again;
  const LogBatchRecord record(*batch);
  for (const auto piece : record.pieces()) again += piece;
  const auto second = decode_log_batch_record(std::move(again));
  ENSURE(second && second->entries.size() == batch->entries.size());
  for (size_t i = 0; i < batch->entries.size(); ++i) {
    const Entry& entry = batch->entries[i];
    const Entry& same = second->entries[i];
    ENSURE(entry.timestamp_ns == same.timestamp_ns);
    ENSURE(batch->line(entry) == second->line(same));
    ENSURE(batch->labels(entry) == second->labels(same));
    const auto pairs = batch->metadata_of(entry), same_pairs = second->metadata_of(same);
    ENSURE(pairs.size() == same_pairs.size());
    for (size_t pair = 0; pair < pairs.size(); ++pair)
      ENSURE(batch->text(pairs[pair].value) == second->text(same_pairs[pair].value));
  }
  return 0;
}
