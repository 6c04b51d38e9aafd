#pragma once
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "river/ast.h"
#include "river/value.h"

/// What operators and the parameters of functions make of a value.
namespace river {

/// Why an operator cannot be applied. The message follows the operand's source text.
struct OperandError {
  std::string_view code;
  bool right = false;  ///< which operand is to blame
  std::string message;
};

/// Applies a binary operator to two evaluated operands. With unknown
/// operands the answer is an unknown; what can never fit is refused all the same.
tl::expected<Value, OperandError> apply_binary(ast::Op op, const Value& left, const Value& right);

/// Why a value does not fit a type. The message follows the value's source text:
/// "should be string, got bool". `path` leads from the value to the array element that is wrong.
struct Mismatch {
  std::string_view code;
  std::string message;
  std::vector<size_t> path;
};

/// The value as a function's parameter of this type takes it: numbers become
/// strings, public optional secrets too, null becomes the empty value of a scalar or of a typed
/// list. Unknowns that may fit stay unknown.
tl::expected<Value, Mismatch> convert(const Value& value, const Type& wanted);

/// Nothing is known of the value, or only that it may be anything.
bool is_any_unknown(const Value& value);
/// An unknown whose cause was reported already, so that what is made of it stays silent.
bool is_silent(const Value& value);
/// A secret or an optional secret, known or not.
bool is_secret_like(const Value& value);

}  // namespace river
