#pragma once
#include <string_view>

#include "base/result.h"
#include "river/value.h"

namespace river::stdlib {

/// YAML nests no deeper than this, and a document gives at most so many values: an alias stands for
/// a copy of what it names, so a small text could ask for any amount of memory.
inline constexpr int kYamlDepthMax = 500;
inline constexpr int kYamlValuesMax = 250'000;

/// The value of the first document of a YAML text; null when there is none. Scalars follow YAML 1.2
/// (yes and on are strings) with YAML 1.1's integers (0x, 0o, 0b, octal by a leading 0, _) and
/// timestamps, which become RFC 3339 text. A mapping with a key that is no string is a capsule.
base::Result<Value> read_yaml(std::string_view text);

/// What a plain (unquoted) scalar means.
Value yaml_plain_scalar(const std::string& text);

}  // namespace river::stdlib
