#pragma once
#include <cstddef>
#include <functional>
#include <list>
#include <unordered_map>
#include <utility>

namespace telemetry {

/// A map that forgets what was not used for longest once it holds more than `entries_max` (at
/// least 1). Not thread safe.
template <class Key, class Value, class Hash = std::hash<Key>>
class LruCache {
 public:
  explicit LruCache(size_t entries_max) : entries_max_(entries_max > 0 ? entries_max : 1) {}
  LruCache(LruCache&&) = default;  // A copy would point into the original.
  LruCache& operator=(LruCache&&) = default;

  /// The value, which now counts as just used; nullptr when it is not there. Valid until put().
  Value* get(const Key& key) {
    const auto found = index_.find(key);
    if (found == index_.end()) return nullptr;
    order_.splice(order_.begin(), order_, found->second);
    return &found->second->second;
  }

  /// Adds a key that is not there.
  Value& put(const Key& key, Value value) {
    order_.emplace_front(key, std::move(value));
    index_[key] = order_.begin();
    if (order_.size() > entries_max_) {
      index_.erase(order_.back().first);
      order_.pop_back();
    }
    return order_.front().second;
  }

  size_t size() const { return order_.size(); }
  void clear() {
    index_.clear();
    order_.clear();
  }

 private:
  using Order = std::list<std::pair<Key, Value>>;

  size_t entries_max_;
  Order order_;  // Just used first.
  std::unordered_map<Key, typename Order::iterator, Hash> index_;
};

}  // namespace telemetry
