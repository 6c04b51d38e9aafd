#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/ensure.h"
#include "telemetry/wire/exposition.h"

using telemetry::wire::ExpositionReader;

namespace {

/// Reads all of it, as a scraper does.
void read(std::string_view body, ExpositionReader::Format format) {
  ExpositionReader reader(body, format);
  while (true) {
    const auto item = reader.next();
    if (item == ExpositionReader::Item::end || item == ExpositionReader::Item::failed) return;
    if (item != ExpositionReader::Item::series) continue;
    if (!reader.read_series()) continue;
    ENSURE(!reader.name().empty() && !reader.series_text().empty());
    reader.read_point();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  read(body, ExpositionReader::Format::text);
  read(body, ExpositionReader::Format::open_metrics);
  return 0;
}
