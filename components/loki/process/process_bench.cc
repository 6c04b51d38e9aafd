#include <benchmark/benchmark.h>

#include "components/loki/process/fixture.h"

namespace components::loki::process {
namespace {

constexpr int kLines = 4000;

/// Lines of about 165 bytes; `kind` is app (text) or json.
std::vector<std::string> sample(bool json) {
  static constexpr std::string_view kLevels[] = {"INFO", "WARN", "ERROR", "DEBUG", "TRACE"};
  std::vector<std::string> out;
  for (unsigned i = 0; i < kLines; ++i) {
    const auto level = kLevels[i * 7919 % 5];
    const unsigned trace = i * 31 % 64 * 2654435761U;
    out.push_back(
        json ? fmt::format(R"({{"ts":"2024-05-01T12:00:00.{:06}Z","level":"{}","seq":{:012},)"
                           R"("msg":"request done","path":"/api/v1/items/{}","status":200,)"
                           R"("ms":{}.5,"trace_id":"{:016x}"}})",
                           i, level, i, i % 997, i % 41, trace)
             : fmt::format("2024-05-01T12:00:00.{:06}Z {} api.server seq={:012} request done "
                           "method=GET path=/api/v1/items/{} status=200 ms={} trace_id={:016x} "
                           "peer=10.1.2.{}",
                           i, level, i, i % 997, i % 41, trace, i % 250));
  }
  return out;
}

/// All stages on batches of 4000 lines; the copy of the batch is part of what is measured.
void run(benchmark::State& state, std::string_view stages, bool json) {
  Fixture fixture(stages);
  const auto batch = lines(sample(json));
  for (auto _ : state) benchmark::DoNotOptimize(fixture.process(batch));
  state.SetItemsProcessed(state.iterations() * kLines);
}

void copy_only(benchmark::State& state) {
  run(state, "", false);
}
BENCHMARK(copy_only);

void regex_to_two_labels(benchmark::State& state) {
  run(state,
      R"r(stage.regex {
            expression = "^\\S+ (?P<level>[A-Z]+) .*trace_id=(?P<trace_id>[0-9a-f]+) "
          }
          stage.labels { values = { level = "", trace_id = "" } })r",
      false);
}
BENCHMARK(regex_to_two_labels);

/// The same with an alternative in it, which RE2 must match.
void regex_by_re2(benchmark::State& state) {
  run(state,
      R"r(stage.regex {
            expression = "^\\S+ (?P<level>[A-Z]+|-) .*trace_id=(?P<trace_id>[0-9a-f]+) "
          }
          stage.labels { values = { level = "", trace_id = "" } })r",
      false);
}
BENCHMARK(regex_by_re2);

void json_to_label(benchmark::State& state) {
  run(state,
      R"(stage.json { expressions = { level = "" } }
         stage.labels { values = { level = "" } })",
      true);
}
BENCHMARK(json_to_label);

void json_to_metadata(benchmark::State& state) {
  run(state,
      R"(stage.json { expressions = { level = "", trace_id = "" } }
         stage.labels { values = { level = "" } }
         stage.structured_metadata { values = { trace_id = "" } })",
      true);
}
BENCHMARK(json_to_metadata);

void match_and_template(benchmark::State& state) {
  run(state,
      R"r(stage.match {
            selector = "{job=\"j\"} |= \"ERROR\""
            stage.regex { expression = " (?P<level>[A-Z]+) " }
            stage.template {
              source   = "level"
              template = "{{ .Value | ToLower }}"
            }
            stage.labels { values = { level = "" } }
          })r",
      false);
}
BENCHMARK(match_and_template);

/// Blocks of four lines.
void multiline_blocks(benchmark::State& state) {
  run(state, "stage.multiline { firstline = \"seq=\\\\d+[048] \" }", false);
}
BENCHMARK(multiline_blocks);

/// Every line is a first line.
void multiline_single(benchmark::State& state) {
  run(state, "stage.multiline { firstline = \"^2024\" }", false);
}
BENCHMARK(multiline_single);

void limit_that_passes(benchmark::State& state) {
  run(state, "stage.limit {\nrate = 1e15\nburst = 1000000000\n}", false);
}
BENCHMARK(limit_that_passes);

void limit_by_label(benchmark::State& state) {
  run(state,
      "stage.limit {\nrate = 1e15\nburst = 1000000000\ndrop = true\nby_label_name = \"job\"\n}",
      false);
}
BENCHMARK(limit_by_label);

}  // namespace
}  // namespace components::loki::process
