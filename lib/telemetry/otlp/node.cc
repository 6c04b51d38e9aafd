#include "telemetry/otlp/node.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "base/ensure.h"

namespace telemetry::otlp {
namespace {

using wire::ProtoReader;
using wire::WireType;

/// A message with so many bytes may have many fields.
constexpr size_t kLong = 128;

void append_key(std::string& out, uint32_t number, WireType type) {
  wire::append_number(out, uint64_t{number} << 3 | static_cast<uint64_t>(type));
}

size_t head_size(uint32_t number, size_t value_size) {
  return wire::varint_size(uint64_t{number} << 3) + wire::varint_size(value_size);
}

/// The field's number and the bytes before its value.
void read_head(std::string_view field, uint32_t& number, WireType& type, uint8_t& head) {
  wire::ByteReader in(field);
  const uint64_t key = in.varint();
  number = static_cast<uint32_t>(key >> 3);
  type = static_cast<WireType>(key & 7);
  if (type == WireType::bytes) in.varint();
  head = static_cast<uint8_t>(field.size() - in.rest().size());
}

}  // namespace

Node::Node(const Message& type, std::string_view bytes, base::Arena& memory)
    : type_(&type), memory_(&memory), bytes_(bytes) {
  uint32_t seen = 0;
  uint32_t repeated = 0;  // Messages that are no list and came twice.
  parts_.reserve(bytes.size() < kLong ? 8 : 24);
  std::string_view before = bytes;
  for (ProtoReader in(bytes); in.next(); before = in.rest()) {
    in.skip();
    parts_.push_back(part_of(before.substr(0, before.size() - in.rest().size())));
    const uint32_t number = parts_.back().number;
    const Field* field = type.find(number);
    if (field == nullptr || field->is_list || field->kind != Kind::message) continue;
    repeated |= seen & uint32_t{1} << number;
    seen |= uint32_t{1} << number;
  }
  if (repeated == 0) return;
  for (const Field& field : type.fields)
    if ((repeated & uint32_t{1} << field.number) != 0) merge_messages(field);
}

/// The bytes of messages in a row are the merged message.
void Node::merge_messages(const Field& field) {
  std::string merged;
  for (const Part& part : parts_)
    if (part.number == field.number) merged += value_of_part(part);
  set_bytes(field.number, merged);
}

Node::Part Node::part_of(std::string_view field) const {
  Part part;
  part.begin = field.data();
  part.size = static_cast<uint32_t>(field.size());
  read_head(field, part.number, part.type, part.head);
  return part;
}

std::string_view Node::value_of_part(const Part& part) {
  return {part.begin + part.head, part.size - part.head};
}

uint64_t Node::bits_of(const Part& part) {
  wire::ByteReader in(value_of_part(part));
  switch (part.type) {
    case WireType::varint:
      return in.varint();
    case WireType::fixed64:
      return in.fixed<uint64_t>();
    case WireType::fixed32:
      return in.fixed<uint32_t>();
    case WireType::bytes:
      break;
  }
  return 0;
}

const Node::Part* Node::find(uint32_t number) const {
  for (auto part = parts_.rbegin(); part != parts_.rend(); ++part)
    if (part->number == number) return &*part;
  return nullptr;
}

std::string_view Node::bytes(uint32_t number) const {
  const Part* part = find(number);
  if (part == nullptr || part->type != WireType::bytes) return {};
  ENSURE(!part->child || !part->child->is_changed());  // What is there now is not encoded yet.
  return value_of_part(*part);
}

uint64_t Node::number(uint32_t number) const {
  const Part* part = find(number);
  return part == nullptr ? 0 : bits_of(*part);
}

double Node::real(uint32_t number) const {
  return std::bit_cast<double>(this->number(number));
}

std::vector<uint64_t> Node::numbers(uint32_t number) const {
  std::vector<uint64_t> all;
  const Field* field = type_->find(number);
  ENSURE(field != nullptr);
  const bool is_varint = wire_type(field->kind) == WireType::varint;
  for (const Part& part : parts_) {
    if (part.number != number) continue;
    if (part.type != WireType::bytes) {
      all.push_back(bits_of(part));
      continue;
    }
    wire::ByteReader in(value_of_part(part));
    while (in.ok() && !in.rest().empty())
      all.push_back(is_varint ? in.varint() : in.fixed<uint64_t>());
  }
  return all;
}

Node& Node::child_of(Part& part) {
  if (!part.child) {
    const Field* field = type_->find(part.number);
    ENSURE(field != nullptr && field->message != nullptr);
    part.child = std::make_unique<Node>(*field->message, value_of_part(part), *memory_);
  }
  return *part.child;
}

Node* Node::child(uint32_t number) {
  Part* part = const_cast<Part*>(find(number));
  return part == nullptr ? nullptr : &child_of(*part);
}

Node& Node::child_or_new(uint32_t number) {
  if (!has(number)) set_bytes(number, {});
  return *child(number);
}

void Node::set_bytes(uint32_t number, std::string_view bytes) {
  std::string field;
  append_key(field, number, WireType::bytes);
  wire::append_number(field, bytes.size());
  field += bytes;
  erase(number);
  append(field);
}

void Node::set_number(uint32_t number, uint64_t bits) {
  const Field* known = type_->find(number);
  ENSURE(known != nullptr);
  const WireType type = wire_type(known->kind);
  std::string field;
  append_key(field, number, type);
  if (type == WireType::varint)
    wire::append_number(field, bits);
  else
    field.append(reinterpret_cast<const char*>(&bits), type == WireType::fixed32 ? 4 : 8);
  erase(number);
  append(field);
}

void Node::erase(uint32_t number) {
  count_erased(std::erase_if(parts_, [&](const Part& part) { return part.number == number; }));
}

void Node::append(std::string_view field) {
  parts_.push_back(part_of(memory_->text(field)));
  is_changed_ = true;
}

void Node::replace(uint32_t number, size_t index, std::string_view field) {
  for (Part& part : parts_) {
    if (part.number != number || index-- > 0) continue;
    part = part_of(memory_->text(field));
    is_changed_ = true;
    return;
  }
}

size_t Node::count_erased(size_t count) {
  is_changed_ = is_changed_ || count > 0;
  return count;
}

bool Node::is_changed() const {
  return is_changed_ || std::ranges::any_of(parts_, [](const Part& part) {
           return part.child && part.child->is_changed();
         });
}

void Node::encode(std::string& out) {
  out.reserve(out.size() + measure());
  write(out);
}

size_t Node::measure() {
  size_t size = 0;
  for (Part& part : parts_) {
    if (part.child && part.child->is_changed()) {
      const size_t inner = part.child->measure();
      size += head_size(part.number, inner) + inner;
      is_changed_ = true;
    } else {
      size += part.size;
    }
  }
  return size_ = size;
}

void Node::write(std::string& out) const {
  if (!is_changed_) {
    out += bytes_;
    return;
  }
  for (const Part& part : parts_) {
    if (part.child && part.child->is_changed_) {
      append_key(out, part.number, WireType::bytes);
      wire::append_number(out, part.child->size_);
      part.child->write(out);
    } else {
      out.append(part.begin, part.size);
    }
  }
}

}  // namespace telemetry::otlp
