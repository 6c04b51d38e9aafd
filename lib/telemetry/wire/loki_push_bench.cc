#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "telemetry/wire/loki_push.h"
#include "telemetry/wire/snappy.h"

namespace telemetry::wire {
namespace {

constexpr int kLines = 6000;  // About one request of 1 MiB.

LogBatch lines(int streams) {
  LogBatch batch;
  for (int i = 0; i < kLines; ++i)
    batch.add(1'700'000'000'000'000'000 + i * 1000,
              fmt::format("2024-01-01T00:00:00.{:06}Z level=info msg=\"request done\" method=GET "
                          "path=/api/v1/items/{} status=200 bytes={} duration_ms={} "
                          "user_agent=\"curl/7.88\" trace={:016x}",
                          i, i * 7919 % 9973, i * 31, i % 977, i * 2654435761U),
              Labels({{"job", "bench"}, {"n", std::to_string(i % streams)}}));
  return batch;
}

/// Adds a batch and finishes the request: all of the wire format's cost. `streams` interleaved.
void encode(benchmark::State& state) {
  const LogBatch batch = lines(static_cast<int>(state.range(0)));
  PushEncoder encoder;
  for (auto _ : state) {
    std::vector<uint32_t> streams;
    for (const Labels& labels : batch.label_sets) streams.push_back(encoder.stream(labels));
    for (const Entry& entry : batch.entries) encoder.add(streams[entry.labels], batch, entry);
    benchmark::DoNotOptimize(encoder.finish());
    encoder.reset();
  }
  state.SetItemsProcessed(state.iterations() * kLines);
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(batch.buffer.size()));
}
BENCHMARK(encode)->Arg(1)->Arg(20);

/// The compressor alone on the same lines, as the floor.
void compress(benchmark::State& state) {
  const LogBatch batch = lines(1);
  const std::string_view text = batch.buffer;
  for (auto _ : state) benchmark::DoNotOptimize(compress_block({&text, 1}));
  state.SetItemsProcessed(state.iterations() * kLines);
}
BENCHMARK(compress);

}  // namespace
}  // namespace telemetry::wire
