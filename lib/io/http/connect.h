#pragma once
#include <sys/socket.h>

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/descriptor.h"
#include "base/result.h"
#include "io/http/url.h"
#include "io/http/wait.h"

namespace io::http {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;

  int family() const { return storage.ss_family; }
  const sockaddr* data() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

/// The addresses of a host, in the order in which to try them (getaddrinfo). A name is looked up on
/// a separate thread, which is abandoned when the wait ends first: getaddrinfo cannot be
/// interrupted.
base::Result<std::vector<SocketAddress>> resolve(const std::string& host, uint16_t port,
                                                 const Wait& wait);

/// How long an address may take before the next one is tried beside it (RFC 8305 recommends this).
inline constexpr std::chrono::milliseconds kConnectStagger{250};

/// A non-blocking socket connected to the first of these addresses that answers. Each is begun
/// kConnectStagger after the one before, or as soon as that failed, and all go on until one is
/// connected: an address that never answers costs the stagger, not the whole time. `index` tells
/// which it was.
base::Result<base::Descriptor> connect_to_first(std::span<const SocketAddress> addresses,
                                                const Wait& wait, size_t& index);

/// Resolves the host and connects to it. `worked` is the address of the last success, tried first
/// while the name still has it.
base::Result<base::Descriptor> connect_to(const Url& server, const Wait& wait,
                                          std::optional<SocketAddress>& worked);

}  // namespace io::http
