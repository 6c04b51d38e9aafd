#include "components/prometheus/exporter_static/signature.h"

#include "telemetry/wire/exposition.h"

namespace components::prometheus::exporter_static {
namespace {

namespace schema = river::schema;
using telemetry::wire::ExpositionReader;

constexpr schema::Field kFields[] = {
    schema::attr<&Arguments::text>("text", schema::Need::required,
                                   "The metrics, in Prometheus' text format."),
};

/// What is wrong with an exposition; empty: nothing.
std::string fault_of(const std::string& text) {
  ExpositionReader in(text, ExpositionReader::Format::text);
  while (true) {
    const ExpositionReader::Item item = in.next();
    if (item == ExpositionReader::Item::end) return {};
    if (item == ExpositionReader::Item::failed) return in.error();
    // A failure shows with the next item.
    if (item == ExpositionReader::Item::series && in.read_series()) (void)in.read_point();
  }
}

void validate(const Arguments& arguments, schema::Scope& scope) {
  if (!scope.known("text")) return;
  std::string text = arguments.text;
  if (!text.ends_with('\n')) text += '\n';
  if (const std::string fault = fault_of(text); !fault.empty())
    scope.error("text", "C088", "text is not an exposition: {}", fault);
}

}  // namespace

const schema::Signature kSignature{
    .name = "prometheus.exporter.static",
    .doc = "Exposes metrics that are written in the configuration.",
    .stability = schema::Stability::experimental,
    .arguments = schema::schema_of<Arguments, validate>(kFields),
    .exports = kExporterExports,
    .make_arguments = schema::make_arguments<Arguments>,
};

}  // namespace components::prometheus::exporter_static
