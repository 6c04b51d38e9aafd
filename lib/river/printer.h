#pragma once
#include <string>

#include "river/ast.h"

namespace river {

/// The canonical text of a file (river-language §7), ending in exactly one newline. Line breaks
/// inside brackets and comments follow the tree's Trivia; the tree must come from a parse without
/// errors or from river/build.h.
std::string print(const ast::Tree& tree);

/// The canonical text of a body alone, without a newline at the end.
std::string print(const ast::Body& body);

/// An expression on its own, for messages and generated values.
std::string print_expression(const ast::Expr& expression);

}  // namespace river
