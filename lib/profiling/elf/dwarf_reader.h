#pragma once
#include <cstdint>
#include <cstring>
#include <string_view>

namespace profiling::elf {

/// Takes DWARF's numbers from bytes that it views. Errors are sticky: reads after a failure give
/// zero, and ok() is asked at the end.
class DwarfReader {
 public:
  /// `address`: where the first byte is loaded, for numbers relative to their place.
  DwarfReader(std::string_view bytes, uint64_t address) : bytes_(bytes), address_(address) {}

  template <class Number>
  Number fixed() {
    Number value = 0;
    const std::string_view taken = take(sizeof value);
    if (ok_) std::memcpy(&value, taken.data(), sizeof value);
    return value;
  }
  uint64_t uleb() {
    uint64_t value = 0;
    for (unsigned shift = 0; ok_; shift += 7) {
      const auto byte = fixed<uint8_t>();
      if (shift < 64) value |= uint64_t{byte & 0x7FU} << shift;
      if ((byte & 0x80) == 0) break;
    }
    return value;
  }
  int64_t sleb() {
    uint64_t value = 0;
    unsigned shift = 0;
    uint8_t byte = 0x80;
    for (; ok_ && (byte & 0x80) != 0; shift += 7) {
      byte = fixed<uint8_t>();
      if (shift < 64) value |= uint64_t{byte & 0x7FU} << shift;
    }
    if (shift < 64 && (byte & 0x40) != 0) value |= ~uint64_t{0} << shift;
    return static_cast<int64_t>(value);
  }
  /// A pointer in one of the encodings DW_EH_PE_*. Indirect ones fail: their target is not known.
  uint64_t pointer(uint8_t encoding);

  std::string_view take(uint64_t size) {
    if (!ok_ || size > bytes_.size() - at_) {
      ok_ = false;
      return {};
    }
    at_ += size;
    return bytes_.substr(at_ - size, size);
  }
  /// The text up to its zero byte.
  std::string_view text() {
    const size_t end = bytes_.find('\0', at_);
    if (end == std::string_view::npos) ok_ = false;
    const std::string_view taken = take(ok_ ? end - at_ : 0);
    take(ok_ ? 1 : 0);
    return taken;
  }

  /// What was not taken yet.
  std::string_view rest() const { return ok_ ? bytes_.substr(at_) : std::string_view(); }
  void fail() { ok_ = false; }
  bool ok() const { return ok_; }
  bool at_end() const { return !ok_ || at_ == bytes_.size(); }
  size_t at() const { return at_; }
  uint64_t address() const { return address_ + at_; }

 private:
  std::string_view bytes_;
  uint64_t address_;
  size_t at_ = 0;
  bool ok_ = true;
};

inline uint64_t DwarfReader::pointer(uint8_t encoding) {
  const uint64_t here = address();
  uint64_t value = 0;
  switch (encoding & 0x0F) {
    case 0x00:
      value = fixed<uint64_t>();
      break;
    case 0x01:
      value = uleb();
      break;
    case 0x02:
      value = fixed<uint16_t>();
      break;
    case 0x03:
      value = fixed<uint32_t>();
      break;
    case 0x04:
      value = fixed<uint64_t>();
      break;
    case 0x09:
      value = static_cast<uint64_t>(sleb());
      break;
    case 0x0A:
      value = static_cast<uint64_t>(int64_t{fixed<int16_t>()});
      break;
    case 0x0B:
      value = static_cast<uint64_t>(int64_t{fixed<int32_t>()});
      break;
    case 0x0C:
      value = fixed<uint64_t>();
      break;
    default:
      ok_ = false;
  }
  switch (encoding & 0xF0) {
    case 0x00:
      break;
    case 0x10:
      value += here;
      break;
    default:
      ok_ = false;
  }
  return value;
}

}  // namespace profiling::elf
