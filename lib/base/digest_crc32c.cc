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
// takes eight bytes, its result is there after three cycles, and the next can begin after one: so
// three parts are taken side by side on x86. What a disk queue writes is in the page cache for the
// most part, so it is the processor that this costs. The tables (slicing-by-8) do 0.8 GB/s.

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

/// Of the three parts that are taken side by side.
constexpr size_t kPartBytes = 1024;

using PartTables = std::array<std::array<uint32_t, 256>, 4>;

/// tables[k][b]: the remainder of a register whose byte k is b, with a part of zero bytes after it.
constexpr PartTables make_part_tables() {
  std::array<uint32_t, 32> of_bit{};
  for (size_t bit = 0; bit < of_bit.size(); ++bit) {
    uint32_t crc = uint32_t{1} << bit;
    for (size_t i = 0; i < kPartBytes; ++i) crc = crc >> 8 ^ kCrcTables[0][crc & 0xff];
    of_bit[bit] = crc;
  }
  PartTables tables{};
  for (size_t k = 0; k < tables.size(); ++k)
    for (size_t byte = 0; byte < 256; ++byte)
      for (size_t bit = 0; bit < 8; ++bit)
        if (byte >> bit & 1) tables[k][byte] ^= of_bit[8 * k + bit];
  return tables;
}

constexpr PartTables kPartTables = make_part_tables();

uint32_t after_part(uint32_t crc) {
  return kPartTables[0][crc & 0xff] ^ kPartTables[1][crc >> 8 & 0xff] ^
         kPartTables[2][crc >> 16 & 0xff] ^ kPartTables[3][crc >> 24];
}

bool has_crc_instruction() {
  return __builtin_cpu_supports("sse4.2") != 0;
}

__attribute__((target("sse4.2"))) uint32_t crc_by_instruction(std::string_view bytes,
                                                              uint32_t before) {
  uint64_t crc = ~before;
  const char* at = bytes.data();
  size_t left = bytes.size();
  for (; left >= 3 * kPartBytes; left -= 3 * kPartBytes, at += 3 * kPartBytes) {
    uint64_t second = 0, third = 0;
    for (size_t i = 0; i < kPartBytes; i += 8) {
      crc = _mm_crc32_u64(crc, load64(at + i));
      second = _mm_crc32_u64(second, load64(at + kPartBytes + i));
      third = _mm_crc32_u64(third, load64(at + 2 * kPartBytes + i));
    }
    const uint32_t two = after_part(static_cast<uint32_t>(crc)) ^ static_cast<uint32_t>(second);
    crc = after_part(two) ^ static_cast<uint32_t>(third);
  }
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
