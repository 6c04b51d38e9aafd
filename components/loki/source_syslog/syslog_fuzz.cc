#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/ensure.h"
#include "components/loki/source_syslog/decoder.h"
#include "components/loki/source_syslog/framer.h"

namespace syslog = components::loki::source_syslog;

namespace {

/// A listener of each kind, made once: that takes longer than most inputs.
struct Receiver {
  explicit Receiver(syslog::Listener of) : listener(std::move(of)) {}
  const syslog::Listener listener;
  const syslog::Decoder decoder{listener};
  syslog::LabelMaker labels{nullptr};
  const syslog::Origin origin = labels.origin({}, "", "");
};

Receiver& receiver_of(uint8_t kind) {
  static std::array<std::unique_ptr<Receiver>, 32> all;
  auto& made = all[kind % all.size()];
  if (made) return *made;
  syslog::Listener listener;
  listener.syslog_format = static_cast<syslog::Format>(kind % 4);
  listener.use_incoming_timestamp = kind & 4;
  listener.label_structured_data = kind & 8;
  if (kind & 16) listener.rfc3164_cisco_components = syslog::CiscoComponents{.enable_all = true};
  made = std::make_unique<Receiver>(std::move(listener));
  return *made;
}

/// What a connection does with bytes that come in pieces of `step`.
size_t receive(std::string_view bytes, size_t step, Receiver& receiver) {
  auto& [listener, decoder, labels, origin] = receiver;
  syslog::Framer framer({.counted_bytes_max = 64, .line_bytes_max = 128});
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
  Receiver& receiver = receiver_of(data[0]);
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  receive(bytes, bytes.size() + 1, receiver);
  // Each piece costs a batch: a long input comes in fewer.
  receive(bytes, 1 + data[0] % 7 + bytes.size() / 64, receiver);
  return 0;
}
