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

/// Whether two secrets are equal, in a time that depends neither on where they differ nor on how
/// long they are.
bool same_secret(std::string_view a, std::string_view b);

/// CRC-32C (RFC 3720, appendix B.4), of the segment log and of framed snappy, of `bytes`, or of
/// what gave `before` and then `bytes`. With the processor's instruction where there is one
/// (SSE 4.2, ARMv8 with crc), else by tables of eight bytes.
uint32_t crc32c(std::string_view bytes, uint32_t before = 0);
/// The same without the instruction, for processors that have none and for tests.
uint32_t crc32c_by_table(std::string_view bytes, uint32_t before = 0);

}  // namespace base
