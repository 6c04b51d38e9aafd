#pragma once
#include <re2/re2.h>

#include <span>
#include <string>
#include <string_view>

namespace telemetry {

/// Replaces $1, ${1}, $name and ${name} in the template by groups of a match, by Go's rules: the
/// name is as long as it can be ($1x is the group "1x"), an unknown group is empty, $$ is a dollar,
/// a dollar that starts no name stays.
std::string expand(std::string_view pattern, const re2::RE2& regex,
                   std::span<const re2::StringPiece> groups);

}  // namespace telemetry
