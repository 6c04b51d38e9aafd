#include "telemetry/wire/proto.h"

namespace telemetry::wire {

uint64_t ByteReader::long_varint() {
  uint64_t value = 0;
  for (int shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    value |= uint64_t{byte & 0x7FU} << shift;
    if (byte < 0x80) return value;
  }
  ok_ = false;
  return 0;
}

void ProtoReader::skip() {
  switch (type_) {
    case WireType::varint:
      in_.varint();
      return;
    case WireType::fixed64:
      in_.take(8);
      return;
    case WireType::bytes:
      in_.take(in_.varint());
      return;
    case WireType::fixed32:
      in_.take(4);
      return;
  }
  in_.fail();
}

namespace {

void append_key(std::string& out, uint32_t tag, WireType type) {
  append_number(out, uint64_t{tag} << 3 | static_cast<uint64_t>(type));
}

}  // namespace

void append_number(std::string& out, uint64_t value) {
  char buffer[10];
  out.append(buffer, static_cast<size_t>(put_varint(buffer, value) - buffer));
}

void append_bytes(std::string& out, uint32_t tag, std::string_view bytes) {
  append_key(out, tag, WireType::bytes);
  append_number(out, bytes.size());
  out += bytes;
}

void append_varint(std::string& out, uint32_t tag, uint64_t value) {
  append_key(out, tag, WireType::varint);
  append_number(out, value);
}

void append_fixed64(std::string& out, uint32_t tag, uint64_t value) {
  append_key(out, tag, WireType::fixed64);
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

}  // namespace telemetry::wire
