#pragma once
#include <string>
#include <string_view>

namespace base {

/// SHA-256 (FIPS 180-4) in lower-case hexadecimal: names the content of a configuration.
std::string sha256_hex(std::string_view bytes);

}  // namespace base
