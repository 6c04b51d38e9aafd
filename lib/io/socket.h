#pragma once
#include <sys/socket.h>

#include <cstdint>
#include <string>

#include "base/descriptor.h"
#include "base/result.h"

namespace io {

enum class Transport { tcp, udp };

/// A bound socket, non-blocking: listening for tcp. `host_port` is "host:port", ":port" for all
/// addresses, "[::1]:port". Looks host names up.
base::Result<base::Descriptor> bind_socket(const std::string& host_port, Transport transport);

/// Numeric address of a peer without the port; IPv4 in IPv6 as IPv4.
std::string ip_of(const sockaddr_storage& address);
/// Port that a bound socket got, for tests that bind port 0.
uint16_t local_port(int fd);

}  // namespace io
