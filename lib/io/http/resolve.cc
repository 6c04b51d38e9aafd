#include "io/http/resolve.h"

#include <netdb.h>

#include <cstring>
#include <memory>

#include "base/mutex.h"
#include "base/thread.h"

namespace io::http {
namespace {

using Addresses = std::vector<SocketAddress>;

base::Result<Addresses> look_up(const std::string& host, uint16_t port, int flags) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int code = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (code != 0) return base::fail("resolve {}: {}", host, ::gai_strerror(code));
  Addresses addresses;
  for (const addrinfo* info = found; info != nullptr; info = info->ai_next) {
    SocketAddress& address = addresses.emplace_back();
    address.size = info->ai_addrlen;
    std::memcpy(&address.storage, info->ai_addr, info->ai_addrlen);
  }
  ::freeaddrinfo(found);
  return addresses;
}

/// Shared by the caller and the thread that looks up, whoever lives longer.
struct Lookup {
  base::Mutex mutex;
  base::Condition done;
  bool is_done GUARDED_BY(mutex) = false;
  base::Result<Addresses> result GUARDED_BY(mutex);
};

base::Result<void> start(const std::shared_ptr<Lookup>& lookup, const std::string& host,
                         uint16_t port) {
  auto thread = base::Thread::start("resolve", [lookup, host, port] {
    auto result = look_up(host, port, AI_ADDRCONFIG);
    base::Lock lock(lookup->mutex);
    lookup->result = std::move(result);
    lookup->is_done = true;
    lookup->done.notify_all();
  });
  if (!thread) return tl::unexpected(thread.error());
  thread->detach();
  return {};
}

}  // namespace

base::Result<Addresses> resolve(const std::string& host, uint16_t port, const Wait& wait) {
  if (auto numeric = look_up(host, port, AI_NUMERICHOST)) return numeric;
  const auto lookup = std::make_shared<Lookup>();
  if (const auto started = start(lookup, host, port); !started)
    return base::in_context("resolve " + host, started.error());
  base::Lock lock(lookup->mutex);
  const bool is_done =
      lookup->done.wait_until(lookup->mutex, wait.stop(), wait.until(),
                              [&]() REQUIRES_LOCK(lookup->mutex) { return lookup->is_done; });
  if (!is_done)
    return base::fail("resolve {}: {}", host, wait.stop().stop_requested() ? "stopped" : "timeout");
  return std::move(lookup->result);
}

}  // namespace io::http
