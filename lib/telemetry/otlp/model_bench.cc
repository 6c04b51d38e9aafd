#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <string>

#include "telemetry/otlp/model.h"
#include "telemetry/otlp/request.h"

namespace telemetry::otlp {
namespace {

constexpr size_t kSpans = 2000;

/// Spans of some 460 bytes with ten attributes, as those of otlp.md 6.1.
OtlpSlice spans() {
  std::string scope_spans;
  for (size_t i = 0; i < kSpans; ++i) {
    std::string span;
    wire::append_bytes(span, span::kTraceId, fmt::format("{:016x}", i * 2654435761U));
    wire::append_bytes(span, span::kSpanId, fmt::format("{:08x}", i));
    wire::append_bytes(span, span::kName, "GET /api/v1/items");
    wire::append_varint(span, span::kKind, 2);
    wire::append_fixed64(span, span::kStart, 1'700'000'000'000'000'000 + i);
    wire::append_fixed64(span, span::kEnd, 1'700'000'000'000'900'000 + i);
    for (int a = 0; a < 10; ++a)
      append_key_value(span, 9, fmt::format("http.request.attr.{}", a),
                       Value::of(std::string_view("some value")));
    wire::append_bytes(scope_spans, scope_data::kItems, span);
  }
  std::string resource_spans, request;
  wire::append_bytes(resource_spans, resource_data::kScopes, scope_spans);
  wire::append_bytes(request, request::kResources, resource_spans);
  return {std::move(request), kSpans};
}

template <class Change>
void run(benchmark::State& state, Change change) {
  OtlpBatch batch;
  batch.slices = {spans()};
  for (auto _ : state) {
    OtlpBatch copy = batch;
    edit(copy, [&](Document& document) { document.each_item(change); });
    benchmark::DoNotOptimize(copy.bytes());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kSpans));
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(batch.bytes()));
}

/// Reads one attribute of each span.
void look(benchmark::State& state) {
  run(state, [](Item& item) {
    benchmark::DoNotOptimize(Attributes(item.node).get("http.request.attr.7"));
  });
}
BENCHMARK(look);

/// Sets, replaces and deletes an attribute of each span.
void change(benchmark::State& state) {
  run(state, [](Item& item) {
    Attributes attributes(item.node);
    attributes.set("environment", Value::of(std::string_view("production")));
    attributes.set("http.request.attr.3", Value::of(std::string_view("other")));
    attributes.erase("http.request.attr.5");
  });
}
BENCHMARK(change);

}  // namespace
}  // namespace telemetry::otlp
