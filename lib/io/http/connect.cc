#include "io/http/connect.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>
#include <vector>

#include "base/mutex.h"

namespace io::http {

namespace {

/// Shared by the caller and whoever looks up, whoever lives longer.
struct Lookup {
  base::Mutex mutex;
  base::Condition done;
  std::optional<base::Result<Addresses>> result GUARDED_BY(mutex);
};

}  // namespace

base::Result<Addresses> resolve(const std::string& host, uint16_t port, const Wait& wait) {
  const auto lookup = std::make_shared<Lookup>();
  Resolver::system().resolve(host, port, [lookup](const base::Result<Addresses>& found) {
    base::Lock lock(lookup->mutex);
    lookup->result = found;
    lookup->done.notify_all();
  });
  base::Lock lock(lookup->mutex);
  const bool is_done = lookup->done.wait_until(
      lookup->mutex, wait.stop(), wait.until(),
      [&]() REQUIRES_LOCK(lookup->mutex) { return lookup->result.has_value(); });
  if (!is_done)
    return base::fail("resolve {}: {}", host, wait.stop().stop_requested() ? "stopped" : "timeout");
  return std::move(*lookup->result);
}

namespace {

/// Connections that are being made, and the error of the last one that failed.
class Attempts {
 public:
  Attempts(std::span<const SocketAddress> addresses, const Wait& wait)
      : addresses_(addresses), wait_(wait) {}

  base::Result<base::Descriptor> connect(size_t& index) {
    for (;;) {
      const auto now = Wait::Clock::now();
      if (next_ < addresses_.size() && (pending_.empty() || now >= next_at_)) {
        if (begin(next_++)) continue;  // Failed, or is connected already: pending.
        next_at_ = now + kConnectStagger;
      }
      if (pending_.empty()) return base::fail("connect: {}", last_error_);
      const auto until = next_ < addresses_.size() ? next_at_ : Wait::Clock::time_point::max();
      auto any = wait_.any_ready(pending_, until);
      if (!any) return base::in_context("connect", any.error());
      for (size_t i = 0; i < pending_.size(); ++i) {
        if (pending_[i].revents == 0) continue;
        if (is_connected(pending_[i].fd)) {
          index = indexes_[i];
          return std::move(sockets_[i]);
        }
        drop(i--);
        next_at_ = {};  // The next one need not wait.
      }
    }
  }

 private:
  /// True: that failed at once, so the next one need not wait.
  bool begin(size_t index) {
    const SocketAddress& address = addresses_[index];
    base::Descriptor socket(
        ::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket) return fails(errno);
    if (address.family() != AF_UNIX) {
      const int yes = 1;
      ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
      ::setsockopt(socket.get(), SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof yes);
    }
    if (::connect(socket.get(), address.data(), address.size) != 0 && errno != EINPROGRESS)
      return fails(errno);
    pending_.push_back({socket.get(), POLLOUT, 0});
    sockets_.push_back(std::move(socket));
    indexes_.push_back(index);
    return false;
  }
  bool fails(int code) {
    last_error_ = std::generic_category().message(code);
    return true;
  }
  bool is_connected(int fd) {
    int code = 0;
    socklen_t size = sizeof code;
    if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &size) != 0) code = errno;
    return code == 0 || !fails(code);
  }
  void drop(size_t i) {
    const auto at = static_cast<ptrdiff_t>(i);
    pending_.erase(pending_.begin() + at);
    sockets_.erase(sockets_.begin() + at);
    indexes_.erase(indexes_.begin() + at);
  }

  std::span<const SocketAddress> addresses_;
  const Wait& wait_;
  size_t next_ = 0;
  Wait::Clock::time_point next_at_{};
  std::string last_error_ = "no address";
  // Of one attempt each, in the order of their beginning.
  std::vector<pollfd> pending_;
  std::vector<base::Descriptor> sockets_;
  std::vector<size_t> indexes_;
};

bool same_address(const SocketAddress& a, const SocketAddress& b) {
  return a.size == b.size && std::memcmp(&a.storage, &b.storage, a.size) == 0;
}

}  // namespace

base::Result<SocketAddress> unix_address(const std::string& path) {
  SocketAddress address;
  auto* un = reinterpret_cast<sockaddr_un*>(&address.storage);
  if (path.size() >= sizeof un->sun_path) return base::fail("{}: path too long", path);
  un->sun_family = AF_UNIX;
  std::memcpy(un->sun_path, path.c_str(), path.size() + 1);
  address.size = sizeof(sockaddr_un);
  return address;
}

base::Result<base::Descriptor> connect_to_first(std::span<const SocketAddress> addresses,
                                                const Wait& wait, size_t& index) {
  return Attempts(addresses, wait).connect(index);
}

base::Result<base::Descriptor> connect_to(const Url& server, const Wait& wait,
                                          std::optional<SocketAddress>& worked) {
  std::vector<SocketAddress> addresses;
  const bool is_unix = server.scheme == Url::Scheme::unix_socket;
  if (is_unix) {
    auto address = unix_address(server.host);
    if (!address) return tl::unexpected(address.error());
    addresses.push_back(*address);
  } else {
    auto resolved = resolve(server.host, server.port, wait);
    if (!resolved) return tl::unexpected(resolved.error());
    addresses = std::move(*resolved);
  }
  if (worked)
    std::stable_partition(addresses.begin(), addresses.end(),
                          [&](const SocketAddress& a) { return same_address(a, *worked); });
  size_t index = 0;
  auto socket = connect_to_first(addresses, wait, index);
  if (!socket && !is_unix) Resolver::system().forget(server.host);
  if (!socket)
    return base::in_context(is_unix ? server.host : server.host_header(), socket.error());
  worked = addresses[index];
  return socket;
}

}  // namespace io::http
