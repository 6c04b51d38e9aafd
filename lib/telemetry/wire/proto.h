#pragma once
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

/// Protocol buffers by hand: a message is read with `while (in.next()) switch (in.tag())` and
/// written field by field, so that no tree of heap objects is built between bytes and batches.
namespace telemetry::wire {

enum class WireType : uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

/// Takes numbers from the front of bytes that it views. Errors are sticky: reads after a failure
/// give zero or nothing, and ok() is asked once at the end.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  uint64_t varint() {
    if (!rest_.empty() && static_cast<unsigned char>(rest_.front()) < 0x80) [[likely]] {
      const auto value = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      return value;
    }
    return long_varint();
  }
  /// Little-endian.
  template <class Number>
  Number fixed() {
    const std::string_view bytes = take(sizeof(Number));
    Number value = 0;
    if (ok_) std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }
  std::string_view take(uint64_t size) {
    if (!ok_ || size > rest_.size()) {
      ok_ = false;
      return {};
    }
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  void fail() { ok_ = false; }
  bool ok() const { return ok_; }
  /// What was not taken yet.
  std::string_view rest() const { return rest_; }

 private:
  uint64_t long_varint();

  std::string_view rest_;
  bool ok_ = true;
};

/// Walks the fields of one message, with the errors of a ByteReader: next() ends the loop.
class ProtoReader {
 public:
  explicit ProtoReader(std::string_view bytes) : in_(bytes) {}

  /// Moves to the next field. The field before must have been read or skipped.
  bool next() {
    if (!in_.ok() || in_.rest().empty()) return false;
    const uint64_t key = in_.varint();
    tag_ = static_cast<uint32_t>(key >> 3);
    type_ = static_cast<WireType>(key & 7);
    if (tag_ == 0 || key >> 3 > 0x1FFFFFFF) in_.fail();
    return in_.ok();
  }
  uint32_t tag() const { return tag_; }
  WireType type() const { return type_; }

  /// The field's value; a field of another wire type is a failure.
  uint64_t varint() { return expect(WireType::varint) ? in_.varint() : 0; }
  std::string_view bytes() {
    return expect(WireType::bytes) ? in_.take(in_.varint()) : std::string_view();
  }
  uint64_t fixed64() { return expect(WireType::fixed64) ? in_.fixed<uint64_t>() : 0; }
  uint32_t fixed32() { return expect(WireType::fixed32) ? in_.fixed<uint32_t>() : 0; }
  void skip();

  bool ok() const { return in_.ok(); }
  /// The fields after this one.
  std::string_view rest() const { return in_.rest(); }

 private:
  bool expect(WireType type) {
    if (type_ != type) in_.fail();
    return in_.ok();
  }

  ByteReader in_;
  uint32_t tag_ = 0;
  WireType type_ = WireType::varint;
};

/// Bytes that a varint takes: 1..10.
constexpr size_t varint_size(uint64_t value) {
  size_t size = 1;
  for (; value >= 0x80; value >>= 7) ++size;
  return size;
}

/// Writes at `to`, which has room, and returns the place after it.
inline char* put_varint(char* to, uint64_t value) {
  for (; value >= 0x80; value >>= 7) *to++ = static_cast<char>(value | 0x80);
  *to++ = static_cast<char>(value);
  return to;
}

/// The key in front of a field. Tags up to 15 take one byte, and all of ours are.
constexpr char field_key(uint32_t tag, WireType type) {
  return static_cast<char>(tag << 3 | static_cast<uint32_t>(type));
}

/// Appends a varint alone, such as a length.
void append_number(std::string& out, uint64_t value);
/// Appends a length-delimited field: a string, or a message that is already encoded.
void append_bytes(std::string& out, uint32_t tag, std::string_view bytes);
void append_varint(std::string& out, uint32_t tag, uint64_t value);
void append_fixed64(std::string& out, uint32_t tag, uint64_t value);

}  // namespace telemetry::wire
