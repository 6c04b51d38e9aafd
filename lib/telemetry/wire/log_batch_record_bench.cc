#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "telemetry/wire/log_batch_record.h"

namespace telemetry::wire {
namespace {

/// About what a source sends at once: 256 KiB.
LogBatch source_batch() {
  LogBatch batch;
  for (int i = 0; i < 1600; ++i)
    batch.add(1'700'000'000'000'000'000 + i * 1'000'000,
              fmt::format("level=info msg=\"request done\" path=/api/v1/items/{} {:0130}", i, i),
              Labels({{"job", "bench"}, {"host", "web-01"}, {"level", i % 8 ? "info" : "warn"}}));
  return batch;
}

void encode_record(benchmark::State& state) {
  const LogBatch batch = source_batch();
  for (auto _ : state) {
    const LogBatchRecord record(batch);
    benchmark::DoNotOptimize(record.pieces());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(batch.entries.size()));
}
BENCHMARK(encode_record);

/// With the copy that stands for reading it from disk.
void decode_record(benchmark::State& state) {
  const LogBatch batch = source_batch();
  std::string bytes;
  const LogBatchRecord record(batch);
  for (const auto piece : record.pieces()) bytes += piece;
  for (auto _ : state) benchmark::DoNotOptimize(decode_log_batch_record(bytes));
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(batch.entries.size()));
}
BENCHMARK(decode_record);

}  // namespace
}  // namespace telemetry::wire
