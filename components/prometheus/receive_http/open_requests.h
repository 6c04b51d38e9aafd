#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>

#include "base/mutex.h"
#include "io/http/server.h"
#include "telemetry/lru_cache.h"

namespace components::prometheus::receive_http {

/// Requests that are on their way, and the last ones that arrived.
///
/// A sender that hears nothing in time sends its request again, byte for byte, and goes on doing so
/// while a backend is down. A request that is on its way is not taken a second time: else queues
/// would fill with copies, and their samples would be older than what the backend has by then. Who
/// asked last gets the answer. One that arrived after its sender had given up is known as well, and
/// answered at once. Thread safe.
class OpenRequests {
 public:
  /// Of a body.
  struct Key {
    uint64_t hash = 0;
    size_t size = 0;
    bool operator==(const Key&) const = default;
  };
  static Key key_of(std::string_view body);

  /// Whether the request is to be taken; answer() is called then. If not, the reply gets the answer
  /// of the one that was taken, now or later.
  bool enter(const Key& key, const io::http::Reply& reply);
  /// Answers whoever asked last. `is_final`: the same answer is given to those who ask again.
  void answer(const Key& key, const io::http::Response& response, bool is_final);

 private:
  /// Some minutes of senders that are answered late.
  static constexpr size_t kAnsweredMax = 1024;

  struct HashOfKey {
    size_t operator()(const Key& key) const { return key.hash; }
  };

  base::Mutex mutex_;
  std::unordered_map<Key, io::http::Reply, HashOfKey> open_ GUARDED_BY(mutex_);
  telemetry::LruCache<Key, io::http::Response, HashOfKey> answered_ GUARDED_BY(mutex_){
      kAnsweredMax};
};

}  // namespace components::prometheus::receive_http
