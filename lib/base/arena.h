#pragma once
#include <cstring>
#include <memory_resource>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace base {

/// Memory for many small objects that die together (a syntax tree). Only trivially destructible
/// objects may live here: nothing is destroyed one by one. Not thread safe.
class Arena {
 public:
  template <class T>
  T* make(T value = {}) {
    static_assert(std::is_trivially_destructible_v<T>);
    return new (memory_.allocate(sizeof(T), alignof(T))) T(std::move(value));
  }

  /// Copies a list; the copy lives as long as the arena.
  template <class T>
  std::span<T> list(const std::vector<T>& items) {
    return list(std::span<const T>(items));
  }
  template <class T>
  std::span<T> list(std::span<const T> items) {
    static_assert(std::is_trivially_copyable_v<T>);
    if (items.empty()) return {};
    void* place = memory_.allocate(sizeof(T) * items.size(), alignof(T));
    std::memcpy(place, items.data(), sizeof(T) * items.size());
    return {static_cast<T*>(place), items.size()};
  }

  std::string_view text(std::string_view bytes) {
    if (bytes.empty()) return {};
    auto* place = static_cast<char*>(memory_.allocate(bytes.size(), 1));
    std::memcpy(place, bytes.data(), bytes.size());
    return {place, bytes.size()};
  }

 private:
  std::pmr::monotonic_buffer_resource memory_;
};

}  // namespace base
