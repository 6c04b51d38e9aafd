#include "telemetry/wire/snappy_encoder.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

namespace telemetry::wire {
namespace {

// The number of equal bytes is read from the lowest bit in which two words differ.
static_assert(std::endian::native == std::endian::little);

constexpr int kTableBits = 13;
constexpr size_t kStride = 4;
/// A literal of 64 bytes more makes the stride a byte longer.
constexpr int kStrideGrowth = 6;
constexpr size_t kMatchMin = 8;
/// What loads and copies of fixed size may read past the place they are about.
constexpr size_t kTail = 80;

enum Element : uint32_t { kLiteral = 0, kCopyNear = 1, kCopy = 2 };

uint64_t load(const char* from) {
  uint64_t word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

uint32_t slot_of(uint64_t word) {
  return static_cast<uint32_t>((word * 0x9E3779B185EBCA87) >> (64 - kTableBits));
}

/// A literal's tag: its size less one, in the tag itself or in one to four bytes behind it.
char* put_literal_tag(char* to, size_t size) {
  const auto less = static_cast<uint32_t>(size - 1);
  if (less < 60) {
    *to++ = static_cast<char>(less << 2 | kLiteral);
    return to;
  }
  const int bytes = (std::bit_width(less) + 7) / 8;
  *to++ = static_cast<char>((59 + bytes) << 2 | kLiteral);
  for (int i = 0; i < bytes; ++i) *to++ = static_cast<char>(less >> (8 * i));
  return to;
}

/// A literal that has kTail bytes of input behind its begin.
inline char* put_short_literal(char* to, const char* from, size_t size) {
  if (size == 0) return to;
  to = put_literal_tag(to, size);
  if (size > 64) {
    std::memcpy(to, from, size);
    return to + size;
  }
  std::memcpy(to, from, 16);
  if (size > 16) std::memcpy(to + 16, from + 16, 48);
  return to + size;
}

/// A copy of at most 64 bytes: in two bytes if it is short and near, else in three.
inline char* put_copy_element(char* to, uint32_t back, uint32_t size) {
  if (size < 12 && back < 2048) {
    *to++ = static_cast<char>((back >> 8) << 5 | (size - 4) << 2 | kCopyNear);
    *to++ = static_cast<char>(back);
    return to;
  }
  const uint32_t element = back << 8 | (size - 1) << 2 | kCopy;
  std::memcpy(to, &element, sizeof element);
  return to + 3;
}

/// A copy of any size from 4. What is left for the last element is never fewer than four bytes.
inline char* put_copy(char* to, uint32_t back, size_t size) {
  for (; size >= 68; size -= 64) to = put_copy_element(to, back, 64);
  if (size > 64) {
    to = put_copy_element(to, back, 60);
    size -= 60;
  }
  return put_copy_element(to, back, static_cast<uint32_t>(size));
}

/// How many bytes before both places are equal: at most eight, and at most `most`.
inline size_t equal_before(const char* a, const char* b, size_t most) {
  const uint64_t differs = load(a - 8) ^ load(b - 8);
  return std::min<size_t>(differs == 0 ? 8 : static_cast<size_t>(std::countl_zero(differs)) / 8,
                          most);
}

/// The end of the equal bytes that begin at `at` and at `back` bytes before.
inline const char* end_of_match(const char* at, uint32_t back, const char* end) {
  for (; end - at >= 8; at += 8)
    if (const uint64_t differs = load(at) ^ load(at - back); differs != 0)
      return at + std::countr_zero(differs) / 8;
  while (at < end && *at == *(at - back)) ++at;
  return at;
}

/// Where words of the input were last seen: positions modulo 64 KiB.
class Seen {
 public:
  explicit Seen(const char* begin) : begin_(begin) {}

  /// How far back the word's hash was last seen, and notes it for `at`; 0: nowhere. One that was
  /// not seen counts as seen at the begin (or at a multiple of 64 KiB from there), where other
  /// bytes are.
  uint32_t look(const char* at, uint64_t word) {
    uint16_t& seen = last_[slot_of(word)];
    const auto now = static_cast<uint16_t>(at - begin_);
    const auto back = static_cast<uint16_t>(now - seen);
    seen = now;
    return back;
  }
  void note(const char* at) { last_[slot_of(load(at))] = static_cast<uint16_t>(at - begin_); }

 private:
  const char* begin_;
  uint16_t last_[size_t{1} << kTableBits] = {};
};

}  // namespace

char* encode_snappy(std::string_view input, char* to) {
  const char* const end = input.data() + input.size();
  const char* literal = input.data();
  if (input.size() > 2 * kTail) {
    Seen seen(input.data());
    const char* const last = end - kTail;
    const char* at = input.data() + kMatchMin;
    while (at <= last) {
      const uint64_t word = load(at);
      uint32_t back = seen.look(at, word);
      if (load(at - back) != word || back == 0) {
        at += kStride + (static_cast<size_t>(at - literal) >> kStrideGrowth);
        continue;
      }
      if (static_cast<size_t>(at - input.data()) >= back + kMatchMin)
        at -= equal_before(at, at - back, static_cast<size_t>(at - literal));
      to = put_short_literal(to, literal, static_cast<size_t>(at - literal));
      const char* match_end = end_of_match(at + kMatchMin, back, end);
      to = put_copy(to, back, static_cast<size_t>(match_end - at));
      literal = at = match_end;
      if (at <= last) seen.note(at - 1);
    }
  }
  const auto rest = static_cast<size_t>(end - literal);
  if (rest == 0) return to;
  to = put_literal_tag(to, rest);
  std::memcpy(to, literal, rest);
  return to + rest;
}

}  // namespace telemetry::wire
