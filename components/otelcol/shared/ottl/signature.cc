#include "components/otelcol/shared/ottl/signature.h"

#include "ottl/parser.h"

namespace components::otelcol {
namespace {

/// Reports when there is no context; else calls `parse(text, context)`.
template <class Parse>
void check_texts(river::schema::Scope& scope, std::string_view attribute,
                 const std::vector<std::string>& texts, telemetry::Signal signal,
                 std::string_view written, Parse parse) {
  if (!scope.known(attribute)) return;
  for (const std::string& text : texts) {
    const auto context = context_for(signal, written, text);
    if (!context) {
      scope.error(attribute, "C098", "no context of this signal in: {}", text)
          .with_help("name fields with their context, such as span.name or resource.attributes");
      continue;
    }
    if (const auto parsed = parse(text, *context); !parsed)
      scope.error(attribute, "C098", "{}, in: {}", parsed.error().message, text);
  }
}

}  // namespace

bool has_context(telemetry::Signal signal, ottl::Context context) {
  switch (context) {
    case ottl::Context::resource:
    case ottl::Context::scope:
      return true;
    case ottl::Context::span:
    case ottl::Context::span_event:
      return signal == telemetry::Signal::traces;
    case ottl::Context::metric:
    case ottl::Context::data_point:
      return signal == telemetry::Signal::metrics;
    case ottl::Context::log:
      return signal == telemetry::Signal::logs;
  }
  return false;
}

std::optional<ottl::Context> context_for(telemetry::Signal signal, std::string_view written,
                                         std::string_view text) {
  const auto context = written.empty() ? ottl::context_in(text) : ottl::context_of(written);
  return context && has_context(signal, *context) ? context : std::nullopt;
}

void check_statements(river::schema::Scope& scope, std::string_view attribute,
                      const std::vector<std::string>& statements, telemetry::Signal signal,
                      std::string_view written) {
  check_texts(scope, attribute, statements, signal, written, ottl::parse_statement);
}

void check_conditions(river::schema::Scope& scope, std::string_view attribute,
                      const std::vector<std::string>& conditions, telemetry::Signal signal,
                      std::string_view written) {
  check_texts(scope, attribute, conditions, signal, written, ottl::parse_condition);
}

void check_error_mode(river::schema::Scope& scope, ErrorMode mode) {
  if (scope.known("error_mode") && mode == ErrorMode::propagate)
    scope.warning("error_mode", "C090", "propagate has no effect yet: it is treated as ignore");
}

}  // namespace components::otelcol
