#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ottl/ast.h"
#include "river/schema/field.h"
#include "telemetry/otlp_batch.h"

/// What components with statements of OTTL (docs/otlp.md) have in common in their signatures.
namespace components::otelcol {

/// What follows when a statement cannot work with an item.
enum class ErrorMode {
  ignore,     ///< the next statement, and a line in the log
  silent,     ///< the next statement
  propagate,  ///< in Grafana Alloy the batch is refused; here as ignore
};

/// Whether data of the signal has items of this context.
bool has_context(telemetry::Signal signal, ottl::Context context);

/// The context that is written, or that the paths of a text name; nothing when there is none, or
/// not in this signal.
std::optional<ottl::Context> context_for(telemetry::Signal signal, std::string_view written,
                                         std::string_view text);

/// Reports what does not parse (C098), at the attribute. `written`: the context; empty: the paths
/// name it.
void check_statements(river::schema::Scope& scope, std::string_view attribute,
                      const std::vector<std::string>& statements, telemetry::Signal signal,
                      std::string_view written);
void check_conditions(river::schema::Scope& scope, std::string_view attribute,
                      const std::vector<std::string>& conditions, telemetry::Signal signal,
                      std::string_view written);
/// Warns of what this error mode is not here.
void check_error_mode(river::schema::Scope& scope, ErrorMode mode);

}  // namespace components::otelcol

namespace river::schema {
template <>
inline constexpr EnumName<components::otelcol::ErrorMode>
    kEnumNames<components::otelcol::ErrorMode>[] = {
        {"ignore", components::otelcol::ErrorMode::ignore},
        {"silent", components::otelcol::ErrorMode::silent},
        {"propagate", components::otelcol::ErrorMode::propagate},
};
}  // namespace river::schema
