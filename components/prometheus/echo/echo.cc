#include "components/prometheus/echo/echo.h"

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "base/number.h"
#include "river/schema/decode.h"
#include "telemetry/flow.h"
#include "telemetry/text.h"

namespace components::prometheus::echo {
namespace {

constexpr std::string_view kName = "__name__";

/// Receivers outlive components, so this holds all that it needs.
class Printer final : public telemetry::SampleReceiver {
 public:
  Printer(base::Logger log, const base::metrics::Scope& metrics)
      : log_(std::move(log)), flow_(metrics, telemetry::Flow::kSamples) {}

  void receive(telemetry::SampleBatch batch) override {
    flow_.receive(batch.count());
    for (const telemetry::Sample& sample : batch.samples) log_.info("{}", describe(batch, sample));
    flow_.send(batch.count());
  }

 private:
  base::Logger log_;
  const telemetry::Flow flow_;
};

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

Echo::Echo(Context context, const Arguments&) {
  const Exports exports{.receiver = {std::make_shared<Printer>(context.log, context.metrics)}};
  context.publish(river::schema::encode_exports(kSignature.exports, &exports));
}

}  // namespace components::prometheus::echo
