#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace base {

/// The two alphabets of RFC 4648.
enum class Base64 { standard, url };
/// Whether a text to decode must be padded to groups of four letters with '='.
enum class Padding { needed, optional };

/// With padding.
std::string base64_encode(std::string_view bytes, Base64 alphabet = Base64::standard);
/// CR and LF are ignored. Errors name the byte offset.
Result<std::string> base64_decode(std::string_view text, Base64 alphabet = Base64::standard,
                                  Padding padding = Padding::needed);

}  // namespace base
