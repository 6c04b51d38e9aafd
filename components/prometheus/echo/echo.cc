#include "components/prometheus/echo/echo.h"

#include <fmt/format.h>

#include <utility>

#include "base/number.h"
#include "telemetry/text.h"

namespace components::prometheus::echo {
namespace {

constexpr std::string_view kName = "__name__";

size_t count(const telemetry::SampleBatch& batch) {
  return batch.count();
}

std::vector<std::string> describe_all(const telemetry::SampleBatch& batch) {
  std::vector<std::string> lines;
  for (const telemetry::Sample& sample : batch.samples) lines.push_back(describe(batch, sample));
  return lines;
}

}  // namespace

std::string describe(const telemetry::SampleBatch& batch, const telemetry::Sample& sample) {
  std::string out(batch.series->get(sample.series, kName));
  char separator = '{';
  telemetry::LabelView label;
  for (auto reader = batch.series->labels(sample.series); reader.next(label);) {
    if (label.name == kName) continue;
    out += std::exchange(separator, ',');
    out += label.name;
    out += '=';
    telemetry::append_quoted(out, label.value);
  }
  if (separator == ',') out += '}';
  out += ' ';
  if (telemetry::is_stale_marker(sample.value))
    out += "stale";
  else
    base::append_float(out, sample.value);
  return out + fmt::format(" {}", sample.time_ms);
}

Echo::Echo(const Context& context, const Arguments&)
    : EchoComponent(context, kSignature,
                    {.unit = telemetry::Flow::kSamples, .count = count, .describe = describe_all}) {
}

}  // namespace components::prometheus::echo
