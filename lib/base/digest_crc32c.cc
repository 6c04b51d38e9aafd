#include <array>
#include <cstring>

#include "base/digest.h"

#if defined(__x86_64__)
#include <nmmintrin.h>
#elif defined(__aarch64__)
#include <arm_acle.h>
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

// Debian 12 has no library of CRC-32C, and zlib's CRC-32 has no instruction on x86. One instruction
// takes eight bytes in three cycles, 6.5 GB/s at 2.1 GHz: interleaving three streams would gain
// nothing that a disk could show. The tables (slicing-by-8) do 0.8 GB/s.

namespace base {
namespace {

constexpr uint32_t kReversedPolynomial = 0x82f63b78;  // Castagnoli

using CrcTables = std::array<std::array<uint32_t, 256>, 8>;

/// tables[k][b]: the remainder of byte b with k zero bytes after it.
constexpr CrcTables make_crc_tables() {
  CrcTables tables{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc & 1 ? crc >> 1 ^ kReversedPolynomial : crc >> 1;
    tables[0][byte] = crc;
  }
  for (size_t k = 1; k < tables.size(); ++k)
    for (size_t byte = 0; byte < 256; ++byte)
      tables[k][byte] = tables[k - 1][byte] >> 8 ^ tables[0][tables[k - 1][byte] & 0xff];
  return tables;
}

constexpr CrcTables kCrcTables = make_crc_tables();

uint64_t load64(const char* bytes) {
  uint64_t value = 0;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

#if defined(__x86_64__)

bool has_crc_instruction() {
  return __builtin_cpu_supports("sse4.2") != 0;
}

__attribute__((target("sse4.2"))) uint32_t crc_by_instruction(std::string_view bytes,
                                                              uint32_t before) {
  uint64_t crc = ~before;
  const char* at = bytes.data();
  size_t left = bytes.size();
  for (; left >= 8; left -= 8, at += 8) crc = _mm_crc32_u64(crc, load64(at));
  auto last = static_cast<uint32_t>(crc);
  for (; left > 0; --left, ++at) last = _mm_crc32_u8(last, static_cast<unsigned char>(*at));
  return ~last;
}

#elif defined(__aarch64__)

bool has_crc_instruction() {
  return (::getauxval(AT_HWCAP) & HWCAP_CRC32) != 0;
}

__attribute__((target("+crc"))) uint32_t crc_by_instruction(std::string_view bytes,
                                                            uint32_t before) {
  uint32_t crc = ~before;
  const char* at = bytes.data();
  size_t left = bytes.size();
  for (; left >= 8; left -= 8, at += 8) crc = __crc32cd(crc, load64(at));
  for (; left > 0; --left, ++at) crc = __crc32cb(crc, static_cast<unsigned char>(*at));
  return ~crc;
}

#else

bool has_crc_instruction() {
  return false;
}

uint32_t crc_by_instruction(std::string_view bytes, uint32_t before) {
  return crc32c_by_table(bytes, before);
}

#endif

}  // namespace

uint32_t crc32c_by_table(std::string_view bytes, uint32_t before) {
  uint32_t crc = ~before;
  const char* at = bytes.data();
  size_t left = bytes.size();
  for (; left >= 8; left -= 8, at += 8) {
    const uint64_t eight = load64(at) ^ crc;
    crc = 0;
    for (size_t k = 0; k < 8; ++k) crc ^= kCrcTables[7 - k][eight >> 8 * k & 0xff];
  }
  for (; left > 0; --left, ++at)
    crc = crc >> 8 ^ kCrcTables[0][(crc ^ static_cast<unsigned char>(*at)) & 0xff];
  return ~crc;
}

uint32_t crc32c(std::string_view bytes, uint32_t before) {
  static const bool has_instruction = has_crc_instruction();
  return has_instruction ? crc_by_instruction(bytes, before) : crc32c_by_table(bytes, before);
}

}  // namespace base
