#pragma once
#include <string>

#include "river/ast.h"

namespace river {

/// A tree as an S-expression without layout, for tests: "(= a (+ 1 b))", "(block k.l "x" ...)".
std::string dump(const ast::Body& body);
std::string dump(const ast::Expr& expression);

/// An operator as it is written; "" for none.
std::string_view spelling(ast::Op op);

}  // namespace river
