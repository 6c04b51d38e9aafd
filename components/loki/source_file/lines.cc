#include "components/loki/source_file/lines.h"

#include <cstring>

namespace components::loki::source_file {

/// Guess for reserving: a wrong one costs a reallocation, no more.
constexpr size_t kLineBytesTypical = 100;

void add_lines(telemetry::LogBatch& batch, Stamps& stamps) {
  const char* const begin = batch.buffer.data();
  const char* const end = begin + batch.buffer.size();
  batch.entries.reserve(batch.buffer.size() / kLineBytesTypical + 1);
  for (const char* line = begin; line < end;) {
    const auto* feed =
        static_cast<const char*>(std::memchr(line, '\n', static_cast<size_t>(end - line)));
    const char* stop = feed ? feed : end;
    const char* next = feed ? feed + 1 : end;
    if (stop > line && stop[-1] == '\r') --stop;
    auto& entry = batch.entries.emplace_back();
    entry.line = {static_cast<uint32_t>(line - begin), static_cast<uint32_t>(stop - line)};
    line = next;
  }
  int64_t stamp = stamps.take(batch.entries.size());
  for (auto& entry : batch.entries) entry.timestamp_ns = stamp++;
}

}  // namespace components::loki::source_file
