#pragma once
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "river/value.h"

namespace river::standard {

/// Go's Sprintf over River values: null is nil, numbers are int, uint64 or float64, arrays
/// []interface {}, objects map[string]interface {}. Misuse puts Go's markers into the text, such as
/// %!d(string=x). Fails only for secrets, which must not become plain text.
base::Result<std::string> format(std::string_view format, std::span<const Value> args);

}  // namespace river::standard
