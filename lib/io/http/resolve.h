#pragma once
#include <sys/socket.h>

#include <string>
#include <vector>

#include "base/result.h"
#include "io/http/wait.h"

namespace io::http {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;

  int family() const { return storage.ss_family; }
  const sockaddr* data() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

/// The addresses of a host, in the order in which to try them (getaddrinfo). A name is looked up on
/// a thread of its own, which is left to itself when the wait ends first: getaddrinfo cannot be
/// interrupted.
base::Result<std::vector<SocketAddress>> resolve(const std::string& host, uint16_t port,
                                                 const Wait& wait);

}  // namespace io::http
