#include "telemetry/wire/proto.h"

#include <cstring>

namespace telemetry::wire {

bool ProtoReader::next() {
  if (!ok_ || rest_.empty()) return false;
  const uint64_t key = read_varint();
  if (!ok_) return false;
  tag_ = static_cast<uint32_t>(key >> 3);
  type_ = static_cast<WireType>(key & 7);
  if (tag_ == 0 || key >> 3 > 0x1FFFFFFF) ok_ = false;
  return ok_;
}

bool ProtoReader::expect(WireType type) {
  if (type_ != type) ok_ = false;
  return ok_;
}

uint64_t ProtoReader::read_varint() {
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

std::string_view ProtoReader::take(uint64_t size) {
  if (!ok_ || size > rest_.size()) {
    ok_ = false;
    return {};
  }
  const std::string_view taken = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return taken;
}

uint64_t ProtoReader::varint() {
  return expect(WireType::varint) ? read_varint() : 0;
}

std::string_view ProtoReader::bytes() {
  if (!expect(WireType::bytes)) return {};
  return take(read_varint());
}

uint64_t ProtoReader::fixed64() {
  if (!expect(WireType::fixed64)) return 0;
  const std::string_view eight = take(8);
  uint64_t value = 0;
  if (ok_) std::memcpy(&value, eight.data(), sizeof value);
  return value;
}

void ProtoReader::skip() {
  switch (type_) {
    case WireType::varint:
      read_varint();
      return;
    case WireType::fixed64:
      take(8);
      return;
    case WireType::bytes:
      take(read_varint());
      return;
    case WireType::fixed32:
      take(4);
      return;
  }
  ok_ = false;
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
