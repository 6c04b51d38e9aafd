#pragma once
#include <cstdint>
#include <string>
#include <string_view>

/// Protocol buffers by hand: a message is read with `while (in.next()) switch (in.tag())` and
/// written field by field, so that no tree of heap objects is built between bytes and batches.
namespace telemetry::wire {

enum class WireType : uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

/// Walks the fields of one message. Errors are sticky: reads after a failure give zero or nothing,
/// next() ends the loop, and ok() is asked once at the end. Views the bytes it was given.
class ProtoReader {
 public:
  explicit ProtoReader(std::string_view bytes) : rest_(bytes) {}

  /// Moves to the next field. The field before must have been read or skipped.
  bool next();
  uint32_t tag() const { return tag_; }
  WireType type() const { return type_; }

  /// The field's value; a field of another wire type is a failure.
  uint64_t varint();
  std::string_view bytes();
  uint64_t fixed64();
  void skip();

  bool ok() const { return ok_; }

 private:
  bool expect(WireType type);
  uint64_t read_varint();
  std::string_view take(uint64_t size);

  std::string_view rest_;
  uint32_t tag_ = 0;
  WireType type_ = WireType::varint;
  bool ok_ = true;
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
