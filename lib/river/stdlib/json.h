#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "river/value.h"

namespace river::standard {

/// JSON nests no deeper than this when it is read, so that values may be walked by recursion.
inline constexpr int kJsonDepthMax = 500;

enum class JsonNumbers { all_floats, keep_integers };

/// The value of one JSON document. The last of several equal keys wins; lone surrogates and bytes
/// that are not UTF-8 become U+FFFD. Errors name the byte offset.
base::Result<Value> read_json(std::string_view text, JsonNumbers numbers);

/// Compact JSON with sorted keys, safe inside HTML as Go writes it. Fails for secrets, functions,
/// capsules and numbers that JSON has not.
base::Result<std::string> write_json(const Value& value);

}  // namespace river::standard
