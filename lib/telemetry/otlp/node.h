#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "telemetry/otlp/schema.h"
#include "telemetry/wire/proto.h"

namespace telemetry::otlp {

/// A message of a request that can be looked into and changed. It is the list of its fields as they
/// came; what nobody changes is written back as it came, byte for byte, with the fields that are
/// not known here. The messages in it become Nodes when somebody asks for them.
///
/// The bytes have been checked, and outlive it. New bytes are in the arena. One thread.
class Node {
 public:
  Node(const Message& type, std::string_view bytes, base::Arena& memory);

  const Message& type() const { return *type_; }

  // Reading: of a field that came more than once the last value, or all of them as one message.
  bool has(uint32_t number) const { return find(number) != nullptr; }
  /// Of a text, bytes or a message; empty when there is none.
  std::string_view bytes(uint32_t number) const;
  /// Of a number, as it is on the wire: zigzag numbers and doubles are still encoded. 0: none.
  uint64_t number(uint32_t number) const;
  double real(uint32_t number) const;
  /// Of a list of numbers, in one piece or one by one.
  std::vector<uint64_t> numbers(uint32_t number) const;
  /// A message in a field that is no list; nullptr when there is none.
  Node* child(uint32_t number);
  /// The same, made when there is none.
  Node& child_or_new(uint32_t number);
  /// Calls `visit(Node&)` for the messages of a list. The nodes are gone afterwards, but for those
  /// that were changed.
  template <class Visit>
  void each(uint32_t number, Visit visit) {
    erase_children(number, [&](Node& child) {
      visit(child);
      return false;
    });
  }
  /// As each(), for the bytes of the fields, without making nodes.
  template <class Visit>
  void each_bytes(uint32_t number, Visit visit) const {
    for (const Part& part : parts_)
      if (part.number == number) visit(value_of_part(part));
  }

  // Changing.
  void set_bytes(uint32_t number, std::string_view bytes);
  void set_number(uint32_t number, uint64_t bits);
  void erase(uint32_t number);
  /// Adds an element to a list of messages, or a field, encoded with its key.
  void append(std::string_view field);
  /// Puts another encoded field in place of the index-th one with this number.
  void replace(uint32_t number, size_t index, std::string_view field);
  /// Removes the fields with this number of whose bytes `is_gone(bytes)` says so. How many were.
  template <class IsGone>
  size_t erase_bytes(uint32_t number, IsGone is_gone) {
    return count_erased(std::erase_if(parts_, [&](const Part& part) {
      return part.number == number && is_gone(value_of_part(part));
    }));
  }
  /// Removes the messages of a list for which `is_gone(Node&)` says so. How many were.
  template <class IsGone>
  size_t erase_children(uint32_t number, IsGone is_gone) {
    return count_erased(std::erase_if(parts_, [&](Part& part) {
      if (part.number != number) return false;
      if (is_gone(child_of(part))) return true;
      if (!part.child->is_changed()) part.child.reset();
      return false;
    }));
  }

  bool is_changed() const;
  /// Appends the message.
  void encode(std::string& out);

 private:
  struct Part {
    const char* begin = nullptr;  ///< of the key
    uint32_t size = 0;            ///< with the key
    uint32_t number = 0;
    uint8_t head = 0;  ///< bytes before the value: the key, and the length
    wire::WireType type = wire::WireType::varint;
    std::unique_ptr<Node> child;
  };

  static std::string_view value_of_part(const Part& part);
  static uint64_t bits_of(const Part& part);
  Part part_of(std::string_view field) const;
  const Part* find(uint32_t number) const;
  Node& child_of(Part& part);
  void merge_messages(const Field& field);
  size_t count_erased(size_t count);
  /// Bytes of the message, noted for write().
  size_t measure();
  void write(std::string& out) const;

  const Message* type_;
  base::Arena* memory_;
  std::string_view bytes_;
  std::vector<Part> parts_;
  size_t size_ = 0;
  bool is_changed_ = false;
};

}  // namespace telemetry::otlp
