#include <cstdint>
#include <string_view>

#include "base/ensure.h"
#include "ottl/parser.h"
#include "ottl/run.h"
#include "telemetry/otlp/json.h"
#include "telemetry/otlp/request.h"
#include "telemetry/otlp/schema.h"

/// Any text is a statement or is refused; a statement does something to a span that is a span
/// afterwards.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace otlp = telemetry::otlp;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto statement = ottl::parse_statement(text, ottl::Context::span_event);
  ottl::context_in(text);
  if (!statement) return 0;
  static const std::string request = *otlp::request_of_json(
      otlp::request_of(telemetry::Signal::traces),
      R"({"resourceSpans":[{"resource":{"attributes":[{"key":"a","value":{"stringValue":"x"}}]},)"
      R"("scopeSpans":[{"spans":[{"name":"n","events":[{"name":"e","attributes":[{"key":"a",)"
      R"("value":{"kvlistValue":{"values":[{"key":"b","value":{"intValue":"1"}}]}}}]}]}]}]}]})");
  otlp::Document document(telemetry::Signal::traces, telemetry::OtlpSlice(request, 1));
  ottl::each_target(document, ottl::Context::span_event, [&](const ottl::Target& target) {
    ottl::Run run(target);
    run.execute(*statement);
  });
  std::string changed(document.slice().bytes);
  ENSURE(otlp::check(telemetry::Signal::traces, changed));
  return 0;
}
