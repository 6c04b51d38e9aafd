// How fast River is parsed, printed and cut into tokens; MB/s stands in the bytes_per_second
// column.
#include <benchmark/benchmark.h>

#include "river/lexer.h"
#include "river/parser.h"
#include "river/printer.h"

namespace {

using namespace river;

// What cfgc writes for a host, repeated: comments, blocks, lists, objects, references, calls.
std::string sample(size_t bytes_min) {
  constexpr std::string_view kPart = R"(// host_vars/puck.yml:12: angelia_syslog_port
loki.source.syslog "service_{0}" {{
	listener {{
		address       = "127.0.0.1:{0}"
		protocol      = "tcp"
		syslog_format = "rfc5424"
		labels        = {{
			environment = "ouranos",
			hostname    = "puck.incus",
			job         = "angelia",
		}}
	}}
	forward_to = [loki.write.default.receiver, loki.process.service_{0}.receiver]
}}

loki.process "service_{0}" {{
	stage.regex {{
		expression = `^(?P<level>\w+) (?P<message>.*)$`
	}}
	stage.labels {{
		values = {{level = "", logger = coalesce(sys.env("LOGGER"), "none")}}
	}}
	max_entries = 1024 * 4 + 1 // a bound
	forward_to  = [loki.write.default.receiver]
}}

)";
  std::string text;
  for (int i = 51400; text.size() < bytes_min; ++i) text += fmt::format(kPart, i);
  return text;
}

void tokens(benchmark::State& state) {
  diag::SourceMap sources;
  const auto& file = sources.add("sample", sample(8 << 20));
  for (auto _ : state) {
    diag::Diagnostics diagnostics;
    base::Arena arena;
    Lexer lexer(file, arena, diagnostics);
    while (lexer.next().kind != TokenKind::end_of_file) lexer.take_trivia();
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(file.text.size()));
}
BENCHMARK(tokens)->Unit(benchmark::kMillisecond);

void parse_file(benchmark::State& state) {
  diag::SourceMap sources;
  const auto& file = sources.add("sample", sample(static_cast<size_t>(state.range(0)) << 10));
  for (auto _ : state) {
    diag::Diagnostics diagnostics;
    benchmark::DoNotOptimize(parse(file, diagnostics));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(file.text.size()));
}
BENCHMARK(parse_file)->ArgName("KiB")->Arg(16)->Arg(8 << 10)->Unit(benchmark::kMicrosecond);

void print_file(benchmark::State& state) {
  diag::SourceMap sources;
  diag::Diagnostics diagnostics;
  const auto& file = sources.add("sample", sample(8 << 20));
  const auto tree = parse(file, diagnostics);
  for (auto _ : state) benchmark::DoNotOptimize(print(*tree));
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(file.text.size()));
}
BENCHMARK(print_file)->Unit(benchmark::kMillisecond);

}  // namespace
