#pragma once
#include <memory>

#include "river/ast.h"
#include "river/diag/diagnostics.h"

namespace river {

/// Blocks, brackets, parentheses and unary operators inside one another; more is R023.
inline constexpr int kNestingMax = 200;
/// The longest way from an expression to one of its leaves, so that whoever walks a tree may
/// recurse: `a + b + c` is two operators deep. More is R023.
inline constexpr int kHeightMax = 1000;

/// Parses a file. Always gives a tree; after an error it has bad nodes or lacks statements, so a
/// tree is good for printing only when nothing was reported. Goes on after an error, and reports
/// one syntax error per line. The tree views `file`, which must outlive it.
std::unique_ptr<ast::Tree> parse(const diag::SourceFile& file, diag::Diagnostics& diagnostics);

/// Parses one expression; what follows after its line is ignored. The node lives in `owner` and
/// views `file`. Never nullptr.
ast::Expr* parse_expression(const diag::SourceFile& file, ast::Tree& owner,
                            diag::Diagnostics& diagnostics);

}  // namespace river
