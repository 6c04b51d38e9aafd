#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace river::standard {

enum class Base64 { standard, url };

/// With padding.
std::string base64_encode(std::string_view bytes, Base64 alphabet);
/// Padding is required; CR and LF are ignored. Errors name the byte offset.
base::Result<std::string> base64_decode(std::string_view text, Base64 alphabet);

}  // namespace river::standard
