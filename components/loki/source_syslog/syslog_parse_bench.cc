#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <re2/re2.h>

#include <string>

#include "components/loki/source_syslog/decoder.h"
#include "components/loki/source_syslog/framer.h"

namespace syslog = components::loki::source_syslog;

namespace {

/// From received bytes to entries with labels, as a connection does it.
void received_to_entries(benchmark::State& state, const std::string& format) {
  std::string bytes;
  constexpr int kMessages = 1000;
  for (int i = 0; i < kMessages; ++i)
    bytes += fmt::format(fmt::runtime(format), i % 20, i) +
             "GET /api/v1/items level=info seq=000000000123 took 12 ms and some more text\n";
  telemetry::relabel::Rule host;
  host.source_labels = {"__syslog_message_hostname"};
  host.regex = std::make_shared<re2::RE2>("^(?s:(.*))$");
  host.target_label = "host";
  syslog::LabelMaker labels(
      std::make_shared<const components::RelabelRules>(components::RelabelRules{host}));
  syslog::Listener listener;
  listener.labels.entries = {{"job", "bench"}};
  const syslog::Decoder decoder(listener);
  const auto origin = labels.origin(listener.labels, "", "");
  syslog::Counts counts;
  telemetry::LogBatch batch;
  batch.buffer = bytes;
  for (auto _ : state) {
    batch.entries.clear();
    batch.label_sets.clear();
    labels.begin_batch();
    syslog::Framer framer({});
    std::string_view rest = batch.buffer, message;
    while (framer.next(rest, false, message) == syslog::Framer::Got::message)
      decoder.add(message, origin, labels, batch, counts);
    benchmark::DoNotOptimize(batch.entries.data());
  }
  state.SetItemsProcessed(state.iterations() * kMessages);
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(bytes.size()));
}

BENCHMARK_CAPTURE(received_to_entries, rfc5424,
                  "<134>1 2026-11-21T03:30:03.250953Z host{} app {} - - ");
BENCHMARK_CAPTURE(received_to_entries, rfc3164, "<134>Nov 21 03:30:03 host{} app[{}]: ");

}  // namespace
