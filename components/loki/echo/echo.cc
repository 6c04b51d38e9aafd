#include "components/loki/echo/echo.h"

#include <fmt/chrono.h>

#include "telemetry/text.h"

namespace components::loki::echo {
namespace {

std::string rfc3339(int64_t ns) {
  constexpr int64_t kPerSecond = 1'000'000'000;
  const int64_t nanos = ((ns % kPerSecond) + kPerSecond) % kPerSecond;
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:09}Z",
                     fmt::gmtime(static_cast<time_t>((ns - nanos) / kPerSecond)), nanos);
}

void append_labels(std::string& out, const telemetry::Labels& labels) {
  out += '{';
  for (size_t i = 0; i < labels.all().size(); ++i) {
    const auto& [name, value] = labels.all()[i];
    out += i == 0 ? "" : ", ";
    out += name;
    out += '=';
    telemetry::append_quoted(out, value);
  }
  out += '}';
}

size_t count(const telemetry::LogBatch& batch) {
  return batch.entries.size();
}

std::vector<std::string> describe_all(const telemetry::LogBatch& batch) {
  std::vector<std::string> lines;
  for (const telemetry::Entry& entry : batch.entries) lines.push_back(describe(batch, entry));
  return lines;
}

}  // namespace

std::string describe(const telemetry::LogBatch& batch, const telemetry::Entry& entry) {
  std::string out = "entry_timestamp=" + rfc3339(entry.timestamp_ns) + " labels=";
  append_labels(out, batch.labels(entry));
  if (entry.metadata_count > 0) out += " structured_metadata={";
  for (const telemetry::Metadata& pair : batch.metadata_of(entry)) {
    if (out.back() != '{') out += ',';
    telemetry::append_json_string(out, batch.text(pair.name));
    out += ':';
    telemetry::append_json_string(out, batch.text(pair.value));
  }
  if (entry.metadata_count > 0) out += '}';
  out += " entry=";
  telemetry::append_quoted(out, batch.line(entry));
  return out;
}

Echo::Echo(const Context& context, const Arguments&)
    : EchoComponent(context, kSignature,
                    {.unit = telemetry::Flow::kLines, .count = count, .describe = describe_all}) {}

}  // namespace components::loki::echo
