#include <benchmark/benchmark.h>

#include <array>
#include <filesystem>

#include "base/digest.h"
#include "io/segment_log/cursor.h"
#include "io/segment_log/log.h"
#include "tests/support/folder.h"

namespace io::segment_log {
namespace {

/// Where the log is made: TMPDIR should be on the disk that is measured.
Options bench_options(const std::filesystem::path& folder) {
  Options options;
  options.folder = folder / "queue";
  options.bytes_max = uint64_t{2} << 30;
  return options;
}

constexpr int64_t kBytesInLog = int64_t{512} << 20;

/// Appends until the log has kBytesInLog, drops it, and so on.
void append_to(benchmark::State& state, Options options, bool waits_for_disk) {
  base::metrics::Registry registry;
  const std::string bytes(static_cast<size_t>(state.range(0)), 'x');
  const std::array<std::string_view, 1> pieces{bytes};
  auto log = Log::open(options, {registry, "bench"}, base::Logger("bench"));
  if (!log) return state.SkipWithError(log.error().message.c_str());
  int64_t appended = 0;
  for (auto _ : state) {
    if ((*log)->append(pieces, 1).status != Append::Status::written)
      return state.SkipWithError("append");
    if ((appended += state.range(0)) < kBytesInLog) continue;
    if (waits_for_disk && !(*log)->commit()) return state.SkipWithError("commit");
    state.PauseTiming();
    for (; appended > 0; appended -= static_cast<int64_t>(options.segment_bytes))
      (*log)->drop_oldest();
    appended = 0;
    state.ResumeTiming();
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}

/// The call alone: nothing is made durable meanwhile, but by the kernel.
void append(benchmark::State& state) {
  const support::Folder folder;
  Options options = bench_options(folder.path());
  options.commit_interval = std::chrono::hours(1);
  options.commit_bytes = uint64_t{1} << 40;
  append_to(state, options, false);
}
BENCHMARK(append)->Arg(1 << 10)->Arg(256 << 10)->UseRealTime();

/// With group commit as it is by default, until all is on the disk.
void append_durable(benchmark::State& state) {
  const support::Folder folder;
  append_to(state, bench_options(folder.path()), true);
}
BENCHMARK(append_durable)->Arg(1 << 10)->Arg(256 << 10)->UseRealTime();

/// Reads all of a log that has waited, from the page cache.
void replay(benchmark::State& state) {
  const support::Folder folder;
  base::metrics::Registry registry;
  const std::string bytes(static_cast<size_t>(state.range(0)), 'x');
  const std::array<std::string_view, 1> pieces{bytes};
  auto log = Log::open(bench_options(folder.path()), {registry, "bench"}, base::Logger("bench"));
  if (!log) return state.SkipWithError(log.error().message.c_str());
  for (int64_t left = kBytesInLog; left > 0; left -= state.range(0))
    if ((*log)->append(pieces, 1).status != Append::Status::written)
      return state.SkipWithError("append");
  int64_t read = 0;
  for (auto _ : state) {
    const auto cursor = (*log)->cursor("bench");
    while (const auto record = *cursor->next()) read += static_cast<int64_t>(record->bytes.size());
  }
  state.SetBytesProcessed(read);
}
BENCHMARK(replay)->Arg(1 << 10)->Arg(256 << 10)->UseRealTime()->Unit(benchmark::kMillisecond);

void checksum(benchmark::State& state) {
  const std::string bytes(256 << 10, 'x');
  for (auto _ : state)
    benchmark::DoNotOptimize(state.range(0) == 0 ? base::crc32c(bytes)
                                                 : base::crc32c_by_table(bytes));
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(bytes.size()));
}
BENCHMARK(checksum)->ArgName("table")->Arg(0)->Arg(1);

}  // namespace
}  // namespace io::segment_log
