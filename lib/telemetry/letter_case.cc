#include "telemetry/letter_case.h"

#include <cstdint>

#include "telemetry/utf8.h"

namespace telemetry {
namespace {

/// Upper-case letters first..last; the lower-case one is `distance` further on. With distance 1,
/// upper and lower alternate, the upper one being at `first`, `first` + 2, ...
struct CaseRange {
  uint32_t first;
  uint32_t last;
  uint32_t distance;
};

constexpr CaseRange kRanges[] = {
    {'A', 'Z', 32},     {0xC0, 0xD6, 32},   {0xD8, 0xDE, 32},   {0x100, 0x12E, 1},
    {0x132, 0x136, 1},  {0x139, 0x147, 1},  {0x14A, 0x176, 1},  {0x179, 0x17D, 1},
    {0x386, 0x386, 38}, {0x388, 0x38A, 37}, {0x38C, 0x38C, 64}, {0x38E, 0x38F, 63},
    {0x391, 0x3A1, 32}, {0x3A3, 0x3AB, 32}, {0x400, 0x40F, 80}, {0x410, 0x42F, 32},
    {0x460, 0x480, 1},  {0x48A, 0x4BE, 1},  {0x4D0, 0x52E, 1},  {0x1E00, 0x1E94, 1},
};

uint32_t lower_of(uint32_t code) {
  for (const auto& [first, last, distance] : kRanges)
    if (code >= first && code <= last && (distance > 1 || (code - first) % 2 == 0))
      return code + distance;
  return code;
}

uint32_t upper_of(uint32_t code) {
  for (const auto& [first, last, distance] : kRanges)
    if (code >= first + distance && code <= last + distance &&
        (distance > 1 || (code - distance - first) % 2 == 0))
      return code - distance;
  return code;
}

std::string map_letters(std::string_view text, uint32_t (*map)(uint32_t)) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Utf8Char next = first_utf8(text);
    if (next.valid)
      append_utf8(out, map(next.code_point));
    else
      out += text.front();
    text.remove_prefix(next.size);
  }
  return out;
}

}  // namespace

std::string to_lower(std::string_view text) {
  return map_letters(text, lower_of);
}

std::string to_upper(std::string_view text) {
  return map_letters(text, upper_of);
}

}  // namespace telemetry
