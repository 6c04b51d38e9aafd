#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/ensure.h"
#include "components/loki/source_syslog/decoder.h"
#include "components/loki/source_syslog/framer.h"

namespace syslog = components::loki::source_syslog;

namespace {

/// What a connection does with bytes that come in pieces of `step`.
size_t receive(std::string_view bytes, size_t step, const syslog::Listener& listener) {
  syslog::Framer framer({.counted_bytes_max = 64, .line_bytes_max = 128});
  const syslog::Decoder decoder(listener);
  syslog::LabelMaker labels(nullptr);
  const auto origin = labels.origin({}, "", "");
  syslog::Counts counts;
  size_t messages = 0;
  std::string held;
  while (true) {
    const size_t size = std::min(step, bytes.size());
    held += bytes.substr(0, size);
    bytes.remove_prefix(size);
    telemetry::LogBatch batch;
    batch.buffer = held;
    std::string_view rest = batch.buffer, message;
    while (framer.next(rest, bytes.empty(), message) == syslog::Framer::Got::message) {
      ++messages;
      decoder.add(message, origin, labels, batch, counts);
    }
    labels.begin_batch();
    for (const auto& entry : batch.entries) ENSURE(batch.line(entry).size() == entry.line.size);
    held = std::string(rest);
    ENSURE(held.size() <= framer.pending_bytes_max());
    if (bytes.empty()) return messages;
  }
}

}  // namespace

/// The first byte chooses the listener, the rest is what is received: at once, then in pieces.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  syslog::Listener listener;
  listener.syslog_format = static_cast<syslog::Format>(data[0] % 4);
  listener.use_incoming_timestamp = data[0] & 4;
  listener.label_structured_data = data[0] & 8;
  if (data[0] & 16) listener.rfc3164_cisco_components = syslog::CiscoComponents{.enable_all = true};
  const std::string bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  receive(bytes, bytes.size() + 1, listener);
  receive(bytes, 1 + data[0] % 7, listener);
  return 0;
}
