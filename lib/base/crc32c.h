#pragma once
#include <cstdint>
#include <string_view>

/// The checksum of the segment log's records and of framed snappy (RFC 3720, appendix B.4).
namespace base {

/// CRC-32C of `bytes`, or of what gave `before` and then `bytes`. With the processor's instruction
/// where there is one (SSE 4.2, ARMv8 with crc), else by tables of eight bytes.
uint32_t crc32c(std::string_view bytes, uint32_t before = 0);
/// The same without the instruction, for processors that have none and for tests.
uint32_t crc32c_by_table(std::string_view bytes, uint32_t before = 0);

}  // namespace base
