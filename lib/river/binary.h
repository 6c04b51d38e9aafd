#pragma once
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "river/ast.h"
#include "river/value.h"

namespace river {

/// Why an operator cannot be applied. The message is what stands behind the operand's source text.
struct OperandError {
  std::string_view code;
  bool right = false;  ///< which operand is to blame
  std::string message;
};

/// Applies a binary operator to two evaluated operands (river-language §3.2 to §3.4). With unknown
/// operands the answer is an unknown; what can never fit is refused all the same.
tl::expected<Value, OperandError> apply_binary(ast::Op op, const Value& left, const Value& right);

}  // namespace river
