#pragma once
#include <optional>
#include <span>
#include <string>

#include "base/descriptor.h"
#include "base/result.h"
#include "io/http/resolver.h"
#include "io/http/url.h"
#include "io/http/wait.h"

namespace io::http {

/// The addresses of a host, in the order in which to try them.
base::Result<Addresses> resolve(const std::string& host, uint16_t port, const Wait& wait);

/// The address of a Unix socket.
base::Result<SocketAddress> unix_address(const std::string& path);

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
