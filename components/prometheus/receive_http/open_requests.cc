#include "components/prometheus/receive_http/open_requests.h"

#include <functional>
#include <utility>

namespace components::prometheus::receive_http {

/// A chance of 1 in 2^64 that a request is taken for another is less than that of a lost disk.
OpenRequests::Key OpenRequests::key_of(std::string_view body) {
  return {std::hash<std::string_view>{}(body), body.size()};
}

bool OpenRequests::enter(const Key& key, const io::http::Reply& reply) {
  io::http::Response response;
  {
    base::Lock lock(mutex_);
    const io::http::Response* answered = answered_.get(key);
    if (answered == nullptr) {
      const auto [found, is_new] = open_.try_emplace(key, reply);
      if (!is_new) found->second = reply;
      return is_new;
    }
    response = *answered;
  }
  reply(response);
  return false;
}

void OpenRequests::answer(const Key& key, const io::http::Response& response, bool is_final) {
  io::http::Reply reply;
  {
    base::Lock lock(mutex_);
    const auto found = open_.find(key);
    if (found == open_.end()) return;
    reply = std::move(found->second);
    open_.erase(found);
    if (is_final) answered_.put(key, response);
  }
  reply(response);
}

}  // namespace components::prometheus::receive_http
