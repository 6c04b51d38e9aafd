#pragma once
#include <optional>
#include <string_view>

#include "compiler/migrate/streams/sample.h"

namespace compiler::migrate::streams {

/// A text that a regex of a relabel rule matches whole, where that is plain to see: literals,
/// escapes, `.*`, `.+` and groups around them, of alternatives the first. `.*` and `.+` give
/// unknown text, numbered from `first_marker` on. nullopt for all other regexes.
std::optional<VariantTexts> regex_sample(std::string_view regex, size_t first_marker);

/// The alternatives of a regex that is nothing but `a|b|c`, else the regex itself.
std::vector<std::string_view> alternatives(std::string_view regex);

}  // namespace compiler::migrate::streams
