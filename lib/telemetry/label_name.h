#pragma once
#include <string_view>

namespace telemetry {

/// Whether the text is a label name as Prometheus first defined it: [a-zA-Z_][a-zA-Z0-9_]*.
constexpr bool is_label_name(std::string_view text) {
  if (text.empty()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    if (!letter && (i == 0 || c < '0' || c > '9')) return false;
  }
  return true;
}

}  // namespace telemetry
