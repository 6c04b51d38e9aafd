#include "components/loki/echo/echo.h"

#include <fmt/chrono.h>

#include "river/schema/decode.h"
#include "telemetry/flow.h"
#include "telemetry/text.h"

namespace components::loki::echo {
namespace {

/// Receivers outlive components, so this holds all that it needs.
class Printer final : public telemetry::LogReceiver {
 public:
  Printer(base::Logger log, const base::metrics::Scope& metrics)
      : log_(std::move(log)), flow_(metrics, telemetry::Flow::kLines) {}

  void receive(telemetry::LogBatch batch) override {
    flow_.receive(batch.entries.size());
    for (const telemetry::Entry& entry : batch.entries) log_.info("{}", describe(batch, entry));
    flow_.send(batch.entries.size());
  }

 private:
  base::Logger log_;
  const telemetry::Flow flow_;
};

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

Echo::Echo(Context context, const Arguments&) {
  const Exports exports{.receiver = {std::make_shared<Printer>(context.log, context.metrics)}};
  context.publish(river::schema::encode_exports(kSignature.exports, &exports));
}

}  // namespace components::loki::echo
