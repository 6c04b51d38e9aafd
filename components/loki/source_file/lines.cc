#include "components/loki/source_file/lines.h"

#include <cstdint>
#include <cstring>

namespace components::loki::source_file {
namespace {

constexpr uint32_t kReplacement = 0xfffd;

uint32_t unit_at(std::string_view bytes, size_t at, bool big_endian) {
  const auto first = static_cast<unsigned char>(bytes[at]);
  const auto second = static_cast<unsigned char>(bytes[at + 1]);
  return big_endian ? first << 8 | second : second << 8 | first;
}

bool is_high(uint32_t unit) {
  return unit >= 0xd800 && unit < 0xdc00;
}
bool is_low(uint32_t unit) {
  return unit >= 0xdc00 && unit < 0xe000;
}

void append_utf8(std::string& out, uint32_t point) {
  const auto put = [&](uint32_t byte) { out += static_cast<char>(byte); };
  if (point < 0x80) return put(point);
  if (point < 0x800) {
    put(0xc0 | point >> 6);
  } else if (point < 0x10000) {
    put(0xe0 | point >> 12);
    put(0x80 | (point >> 6 & 0x3f));
  } else {
    put(0xf0 | point >> 18);
    put(0x80 | (point >> 12 & 0x3f));
    put(0x80 | (point >> 6 & 0x3f));
  }
  put(0x80 | (point & 0x3f));
}

}  // namespace

size_t utf16_lines_size(std::string_view bytes, bool big_endian) {
  for (size_t at = bytes.size() / 2 * 2; at >= 2; at -= 2)
    if (unit_at(bytes, at - 2, big_endian) == '\n') return at;
  return 0;
}

std::string utf8_from_utf16(std::string_view bytes, bool big_endian) {
  std::string out;
  out.reserve(bytes.size() / 2 + bytes.size() / 4);
  for (size_t at = 0; at + 2 <= bytes.size(); at += 2) {
    uint32_t point = unit_at(bytes, at, big_endian);
    if (is_high(point) && at + 4 <= bytes.size()) {
      const uint32_t low = unit_at(bytes, at + 2, big_endian);
      if (is_low(low)) {
        point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
        at += 2;
      }
    }
    append_utf8(out, is_high(point) || is_low(point) ? kReplacement : point);
  }
  return out;
}

/// Guess for reserving: a wrong one costs a reallocation, no more.
constexpr size_t kLineBytesTypical = 100;

void add_lines(telemetry::LogBatch& batch, Stamps& stamps) {
  const char* const begin = batch.buffer.data();
  const char* const end = begin + batch.buffer.size();
  batch.entries.reserve(batch.buffer.size() / kLineBytesTypical + 1);
  for (const char* line = begin; line < end;) {
    const auto* feed =
        static_cast<const char*>(std::memchr(line, '\n', static_cast<size_t>(end - line)));
    const char* stop = feed ? feed : end;
    const char* next = feed ? feed + 1 : end;
    if (stop > line && stop[-1] == '\r') --stop;
    auto& entry = batch.entries.emplace_back();
    entry.line = {static_cast<uint32_t>(line - begin), static_cast<uint32_t>(stop - line)};
    line = next;
  }
  int64_t stamp = stamps.take(batch.entries.size());
  for (auto& entry : batch.entries) entry.timestamp_ns = stamp++;
}

}  // namespace components::loki::source_file
