#include <cstdint>
#include <string>
#include <string_view>

#include "base/ensure.h"
#include "telemetry/otlp/json.h"
#include "telemetry/otlp/request.h"

/// Any text is read or refused; what is read is a request that passes the check, and its JSON is
/// read as the same.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace telemetry;
  if (size == 0) return 0;
  const Signal signal = kSignals[data[0] % 3];
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const otlp::Message& message = otlp::request_of(signal);
  auto request = otlp::request_of_json(message, text);
  if (request) {
    ENSURE(otlp::check(signal, *request));
    const std::string json = otlp::json_of(message, *request);
    const auto again = otlp::request_of_json(message, json);
    ENSURE(again);
    ENSURE(otlp::json_of(message, *again) == json);
  }
  std::string bytes(text);
  if (otlp::check(signal, bytes)) {
    ENSURE(otlp::request_of_json(message, otlp::json_of(message, bytes)));
  }
  return 0;
}
