#include <benchmark/benchmark.h>

#include "river/eval.h"
#include "river/parser.h"

namespace {

using namespace river;

void evaluate_expression(benchmark::State& state, std::string text) {
  diag::SourceMap sources;
  diag::Diagnostics diagnostics;
  ast::Tree tree;
  const auto& file = sources.add("bench", std::move(text));
  const ast::Expr* expression = parse_expression(file, tree, diagnostics);
  for (auto _ : state) benchmark::DoNotOptimize(evaluate(*expression, {}, diagnostics));
  if (!diagnostics.empty()) state.SkipWithError("the expression has a mistake");
}

std::string labels(int count) {
  std::string text = "{";
  for (int i = 0; i < count; ++i)
    text += fmt::format("label_{} = \"value_{}\" + \"-\" + string.to_upper(\"x\"),", i, i);
  return text + "}";
}

BENCHMARK_CAPTURE(evaluate_expression, arithmetic, "(1 + 2) * 3 ^ 2 - 7 % 4 == 24");
BENCHMARK_CAPTURE(evaluate_expression, format, "string.format(\"%s:%05d\", \"host\", 514)");
BENCHMARK_CAPTURE(evaluate_expression, ten_labels, labels(10));
BENCHMARK_CAPTURE(evaluate_expression, thousand_labels, labels(1000));
BENCHMARK_CAPTURE(evaluate_expression, json,
                  "encoding.from_json(`{\"a\": [1, 2, {\"b\": \"text\"}]}`).a[2].b");

}  // namespace
