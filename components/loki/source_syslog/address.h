#pragma once
#include <sys/socket.h>

#include <string>

#include "base/result.h"
#include "components/loki/source_syslog/signature.h"
#include "io/descriptor.h"

namespace components::loki::source_syslog {

/// A bound socket, non-blocking: listening for tcp. `host_port` is "host:port", ":port" for all
/// addresses, "[::1]:port". Looks host names up.
base::Result<io::Descriptor> bind_socket(const std::string& host_port, Protocol protocol);

/// Numeric address of a peer without the port; IPv4 in IPv6 as IPv4.
std::string ip_of(const sockaddr_storage& address);
/// Port that a bound socket got, for tests that bind port 0.
uint16_t local_port(int fd);

}  // namespace components::loki::source_syslog
