#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "compiler/migrate/impact/decide.h"
#include "logql/ast.h"

namespace compiler::migrate::impact {

/// A condition with the places of its label's name and of its value; an empty span: it cannot be
/// edited.
struct PlacedCondition {
  Condition condition;
  logql::Span name;
  logql::Span value = {};
};

/// Alertmanager's matchers, with or without braces: {service="kairos", severity=~"page|ticket"}.
///
///     matchers = "{" matcher { "," matcher } [ "," ] "}"  |  matcher { "," matcher } [ "," ]
///     matcher  = name ( "=" | "!=" | "=~" | "!~" ) value
///
/// Alertmanager has two readers and prefers what the older one says; the newer one takes names in
/// quotes and names with dots. In a value, quoted or not, the older one knows the escapes \n, \"
/// and
/// \\ and keeps every other backslash, so "a\.b" and "a\\.b" are the same regular expression.
/// nullopt: it is neither.
std::optional<std::vector<PlacedCondition>> read_matchers(std::string_view text);

}  // namespace compiler::migrate::impact
