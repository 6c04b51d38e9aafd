#pragma once
#include <cstdint>
#include <string_view>

namespace logql {

/// What a word that begins with a digit says.
enum class Quantity : uint8_t { none, number, duration, bytes };

/// 1_000, 0x1F, 1e-3, Inf | 1h30m, 1.5s, 2d | 10KB, 1.5MiB. Variables count for nothing here.
Quantity quantity(std::string_view word);

}  // namespace logql
