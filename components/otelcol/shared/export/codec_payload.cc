#include <string_view>

#include "components/otelcol/shared/export/codec.h"
#include "telemetry/otlp/request.h"

namespace components::otelcol {

using telemetry::OtlpSlice;
using telemetry::Signal;

namespace {

uint64_t items_of(const std::vector<OtlpSlice>& slices) {
  uint64_t items = 0;
  for (const OtlpSlice& slice : slices) items += slice.items;
  return items;
}

}  // namespace

ExportPayload::ExportPayload(Signal of, std::vector<OtlpSlice> requests)
    : signal(of), slices(std::move(requests)), items_(items_of(slices)) {}

void ExportPayload::encode(const Use& use) const {
  const char kind = static_cast<char>(signal);
  std::vector<std::string_view> pieces{std::string_view(&kind, 1)};
  for (const OtlpSlice& slice : slices) pieces.push_back(slice.bytes);
  use(pieces);
}

base::Result<sink::PayloadPtr> decode_export_payload(std::string record) {
  if (record.empty() ||
      static_cast<unsigned char>(record.front()) >= std::size(telemetry::kSignals))
    return base::fail("a record of no known signal");
  const auto signal = static_cast<Signal>(record.front());
  OtlpSlice slice(std::move(record), 0);
  slice.bytes.remove_prefix(1);
  slice.items = telemetry::otlp::count_items(signal, slice.bytes);
  return std::make_shared<const ExportPayload>(signal, std::vector{std::move(slice)});
}

}  // namespace components::otelcol
