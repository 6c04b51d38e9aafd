#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "river/ast.h"

namespace river::config {

/// A chain of names in an expression, as long as it goes: `loki.write.default.receiver`. What it
/// names, and how much of it is field access, is for resolve() to find out.
struct Chain {
  std::vector<std::string_view> names;
  diag::Span span;
};

/// The chains in a block's attributes and nested blocks, in the order of the text. Calls, indexes
/// and literals cut chains.
std::vector<Chain> chains_of(const ast::Body& body);

}  // namespace river::config
