#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace base {

/// SHA-256 (FIPS 180-4) in lower-case hexadecimal: names the content of a configuration.
std::string sha256_hex(std::string_view bytes);

/// MD5 of the text. For hashmod, which must agree with other agents on who takes a target; it
/// protects nothing. (Ours, so that the compiler need not link a crypto library.)
std::array<uint8_t, 16> md5(std::string_view text);

}  // namespace base
