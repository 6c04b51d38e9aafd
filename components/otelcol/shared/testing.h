#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ensure.h"
#include "base/metrics.h"
#include "components/component.h"
#include "river/parser.h"
#include "river/schema/decode.h"
#include "telemetry/otlp/json.h"
#include "telemetry/otlp/request.h"
#include "telemetry/otlp_batch.h"

/// For tests of otelcol components.
namespace components::otelcol {

/// Keeps what it gets.
struct Sink final : telemetry::OtlpReceiver {
  void receive(telemetry::OtlpBatch batch) override { batches.push_back(std::move(batch)); }

  /// All requests in a row, which are one request.
  std::string request() const {
    std::string all;
    for (const auto& batch : batches)
      for (const auto& slice : batch.slices) all += slice.bytes;
    return all;
  }

  std::vector<telemetry::OtlpBatch> batches;
};

/// A batch of one request, written in JSON.
inline telemetry::OtlpBatch batch_of(telemetry::Signal signal, std::string_view json) {
  auto request = telemetry::otlp::request_of_json(telemetry::otlp::request_of(signal), json);
  ENSURE(request);
  const auto checked = telemetry::otlp::check(signal, *request);
  ENSURE(checked);
  telemetry::OtlpBatch batch;
  batch.signal = signal;
  batch.slices.emplace_back(std::move(*request), checked->items);
  return batch;
}

/// The requests of a batch as JSON, one line each.
inline std::string json_of_batch(const telemetry::OtlpBatch& batch) {
  std::string json;
  for (const auto& slice : batch.slices) {
    if (!json.empty()) json += '\n';
    json += telemetry::otlp::json_of(telemetry::otlp::request_of(batch.signal), slice.bytes);
  }
  return json;
}

/// Decodes the body of a component, as it is written in River; gives back what is wrong with it, as
/// "C000 message" a line.
inline std::string decode(const river::schema::Signature& signature, std::string text,
                          void* arguments) {
  river::diag::SourceMap sources;
  river::diag::Diagnostics diagnostics;
  const auto tree = river::parse(sources.add("t", std::move(text)), diagnostics);
  river::schema::decode_body(
      tree->body, {}, signature.arguments, arguments, [](std::string_view) { return nullptr; },
      diagnostics);
  std::string problems;
  for (const auto& finding : diagnostics.items())
    problems += std::string(finding.code) + " " + finding.message + "\n";
  return problems;
}

/// A component with an `output` block, made of River text that leaves it out, and who gets its
/// data.
template <class Component>
struct Rig {
  using Arguments = typename Component::ArgumentsType;

  Rig(const river::schema::Signature& signature, const std::string& text) {
    Arguments arguments;
    const std::string problems = decode(signature, text + "\noutput {}\n", &arguments);
    ENSURE(problems.empty());
    arguments.output = {.metrics = {{sink}}, .logs = {{sink}}, .traces = {{sink}}};
    Context context{.id = "otelcol.x.y",
                    .data_dir = {},
                    .metrics = {registry, "otelcol.x.y"},
                    .log = base::Logger("otelcol.x.y"),
                    .publish = [this](river::Value value) { exports = std::move(value); }};
    component = std::make_unique<Component>(std::move(context), arguments);
    input = std::static_pointer_cast<telemetry::OtlpReceiver>(
        exports.field("input")->as_capsule()->pointer);
  }

  /// What comes out of the component for this request, as JSON.
  std::string run(telemetry::Signal signal, std::string_view json) {
    sink->batches.clear();
    input->receive(batch_of(signal, json));
    std::string all;
    for (const auto& batch : sink->batches) all += json_of_batch(batch);
    return all;
  }
  bool has_metric(std::string_view line) {
    return registry.expose().find(line) != std::string::npos;
  }

  base::metrics::Registry registry;
  std::shared_ptr<Sink> sink = std::make_shared<Sink>();
  river::Value exports;
  std::unique_ptr<Component> component;
  std::shared_ptr<telemetry::OtlpReceiver> input;
};

}  // namespace components::otelcol
