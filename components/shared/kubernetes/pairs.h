#pragma once
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace components::kubernetes {

/// Names with values in the order in which they came, such as labels; in one piece of memory.
class Pairs {
 public:
  void add(std::string_view name, std::string_view value) {
    append(name);
    append(value);
  }
  void shrink() { text_.shrink_to_fit(); }
  bool empty() const { return text_.empty(); }
  template <class OnPair>
  void for_each(OnPair on_pair) const {
    for (std::string_view rest = text_; !rest.empty();) {
      const std::string_view name = take(rest);
      on_pair(name, take(rest));
    }
  }
  std::optional<std::string_view> find(std::string_view name) const {
    std::optional<std::string_view> found;
    for_each([&](std::string_view key, std::string_view value) {
      if (key == name) found = value;
    });
    return found;
  }
  bool operator==(const Pairs&) const = default;

 private:
  void append(std::string_view part) {
    const auto size = static_cast<uint32_t>(part.size());
    text_.append(reinterpret_cast<const char*>(&size), sizeof size);
    text_.append(part);
  }
  static std::string_view take(std::string_view& rest) {
    uint32_t size = 0;
    std::memcpy(&size, rest.data(), sizeof size);
    const std::string_view part = rest.substr(sizeof size, size);
    rest.remove_prefix(sizeof size + size);
    return part;
  }

  std::string text_;  ///< the size of each part in four bytes, then the part
};

}  // namespace components::kubernetes
