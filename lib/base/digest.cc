#include "base/digest.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <bit>
#include <cmath>
#include <string>

namespace base {

std::string sha256_hex(std::string_view bytes) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
  constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : digest) {
    text += kHex[byte >> 4];
    text += kHex[byte & 15];
  }
  return text;
}

namespace {

using State = std::array<uint32_t, 4>;

constexpr int kRotations[4][4] = {
    {7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};

/// floor(2^32 * |sin(i + 1)|)
const std::array<uint32_t, 64>& sines() {
  static const std::array<uint32_t, 64> table = [] {
    std::array<uint32_t, 64> out{};
    for (size_t i = 0; i < out.size(); ++i)
      out[i] = static_cast<uint32_t>(std::floor(std::ldexp(std::fabs(std::sin(i + 1.0)), 32)));
    return out;
  }();
  return table;
}

uint32_t word_at(const char* bytes) {
  uint32_t word = 0;
  for (int i = 0; i < 4; ++i) word |= uint32_t{static_cast<uint8_t>(bytes[i])} << (8 * i);
  return word;
}

void add_block(State& state, const char* block) {
  auto [a, b, c, d] = state;
  for (uint32_t i = 0; i < 64; ++i) {
    uint32_t mixed = 0;
    uint32_t index = 0;
    switch (i / 16) {
      case 0:
        mixed = (b & c) | (~b & d);
        index = i;
        break;
      case 1:
        mixed = (d & b) | (~d & c);
        index = (5 * i + 1) % 16;
        break;
      case 2:
        mixed = b ^ c ^ d;
        index = (3 * i + 5) % 16;
        break;
      default:
        mixed = c ^ (b | ~d);
        index = 7 * i % 16;
    }
    const uint32_t sum = a + mixed + sines()[i] + word_at(block + size_t{4} * index);
    a = d;
    d = c;
    c = b;
    b += std::rotl(sum, kRotations[i / 16][i % 4]);
  }
  state = {state[0] + a, state[1] + b, state[2] + c, state[3] + d};
}

}  // namespace

std::array<uint8_t, 16> md5(std::string_view text) {
  std::string padded(text);
  padded += static_cast<char>(0x80);
  padded.resize((padded.size() + 8 + 63) / 64 * 64 - 8, '\0');
  const uint64_t bits = uint64_t{text.size()} * 8;
  for (int i = 0; i < 8; ++i) padded += static_cast<char>(bits >> (8 * i));

  State state = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  for (size_t at = 0; at < padded.size(); at += 64) add_block(state, padded.data() + at);
  std::array<uint8_t, 16> out{};
  for (size_t i = 0; i < out.size(); ++i)
    out[i] = static_cast<uint8_t>(state[i / 4] >> (i % 4 * 8));
  return out;
}

bool same_secret(std::string_view a, std::string_view b) {
  const std::string one = sha256_hex(a), other = sha256_hex(b);
  return ::CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

}  // namespace base
