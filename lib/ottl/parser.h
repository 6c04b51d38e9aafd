#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "ottl/ast.h"

namespace ottl {

/// Values within values, and conditions within conditions, may be so deep.
inline constexpr size_t kDepthMax = 50;
/// Operators in one statement: what is calculated one after the other is a tree as well.
inline constexpr size_t kOperatorsMax = 500;

/// Parse one statement, or one condition, for items of this context. What is not known here, a
/// function or a field, is an error: it never does nothing. Errors name the place: "unknown
/// function limit2, at character 1".
base::Result<Statement> parse_statement(std::string_view text, Context context);
base::Result<Expression> parse_condition(std::string_view text, Context context);

/// The innermost context that the paths of a statement or condition name, each with its context in
/// front ("span.name"). Nothing when there is no such path.
std::optional<Context> context_in(std::string_view text);

/// Reads JSON into an AnyValue, which is appended to `any_value`: objects are maps, arrays lists,
/// numbers doubles, as in the reference, null is empty. Values within values are at most kDepthMax
/// deep. The whole text must be one value.
base::Result<void> parse_json(std::string_view text, std::string& any_value);

}  // namespace ottl
