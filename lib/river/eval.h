#pragma once
#include <functional>
#include <string_view>

#include "river/ast.h"
#include "river/diag/diagnostics.h"
#include "river/value.h"

namespace river {

/// Names that an expression may use, before the standard library is asked. Answers nullptr for a
/// name that is not in scope. The pointer must stay valid while the evaluation runs.
using Scope = std::function<const Value*(std::string_view identifier)>;

/// No function gives a longer text or list: nested calls could multiply a short config into more
/// memory than there is.
inline constexpr size_t kTextBytesMax = size_t{4} << 20;
inline constexpr size_t kElementsMax = 1'000'000;

/// Evaluates an expression. A mistake is reported once and gives an Unknown without type, so that
/// one mistake makes one message; operations on unknowns give unknowns of the right type where it
/// is known. Sets `origin` of the result (and of a literal's elements) to the expression's place.
Value evaluate(const ast::Expr& expression, const Scope& scope, diag::Diagnostics& diagnostics);

}  // namespace river

namespace river::stdlib {

/// The standard library's identifiers at the top: constants, string, encoding, coalesce, ...
/// nullptr when there is none of that name.
const Value* lookup(std::string_view identifier);

/// For the Scope of a check made away from the machine that will run the config: `sys`, `env` and
/// `constants` with answers that are unknown strings. nullptr for all other names.
const Value* lookup_elsewhere(std::string_view identifier);

/// "string.format" for the deprecated flat alias "format"; empty when `identifier` is no alias.
std::string_view deprecated_alias(std::string_view identifier);

}  // namespace river::stdlib
