#include "io/socket.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace io {
namespace {

constexpr int kBacklog = 1024;
/// Asked of the kernel for datagrams; it grants at most net.core.rmem_max unless we may exceed it.
constexpr int kUdpBufferBytes = 8 << 20;

struct AddrinfoDelete {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};

base::Result<base::Descriptor> bind_one(const addrinfo& address, Transport transport,
                                        const std::string& name) {
  const int type = (transport == Transport::tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK;
  base::Descriptor fd(::socket(address.ai_family, type | SOCK_CLOEXEC, 0));
  if (!fd) return base::fail_errno("listen on " + name, errno);
  const int yes = 1, no = 0;
  if (transport == Transport::tcp)
    ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (address.ai_family == AF_INET6)
    ::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no);
  if (::bind(fd.get(), address.ai_addr, address.ai_addrlen) != 0)
    return base::fail_errno("listen on " + name, errno);
  if (transport == Transport::tcp) {
    if (::listen(fd.get(), kBacklog) != 0) return base::fail_errno("listen on " + name, errno);
    return fd;
  }
  if (::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUFFORCE, &kUdpBufferBytes, sizeof(int)) != 0)
    ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &kUdpBufferBytes, sizeof(int));
  ::setsockopt(fd.get(), SOL_SOCKET, SO_RXQ_OVFL, &yes, sizeof yes);
  return fd;
}

}  // namespace

base::Result<base::Descriptor> bind_socket(const std::string& host_port, Transport transport) {
  const size_t colon = host_port.rfind(':');
  if (colon == host_port.npos) return base::fail("listen on {}: no port", host_port);
  std::string host = host_port.substr(0, colon);
  const std::string port = host_port.substr(colon + 1);
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE;
  hints.ai_socktype = transport == Transport::tcp ? SOCK_STREAM : SOCK_DGRAM;
  addrinfo* found = nullptr;
  if (const int code =
          ::getaddrinfo(host.empty() ? nullptr : host.c_str(), port.c_str(), &hints, &found))
    return base::fail("listen on {}: {}", host_port, ::gai_strerror(code));
  const std::unique_ptr<addrinfo, AddrinfoDelete> list(found);
  // All addresses: the IPv6 one takes IPv4 too, where the machine has IPv6 at all.
  base::Result<base::Descriptor> first = base::fail("listen on {}: no address", host_port);
  for (const int family : {host.empty() ? AF_INET6 : AF_UNSPEC, AF_UNSPEC})
    for (const addrinfo* a = list.get(); a != nullptr; a = a->ai_next) {
      if (family != AF_UNSPEC && a->ai_family != family) continue;
      first = bind_one(*a, transport, host_port);
      if (first) return first;
    }
  return first;
}

std::string ip_of(const sockaddr_storage& address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address.ss_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, sizeof v6);
    if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr))
      ::inet_ntop(AF_INET, v6.sin6_addr.s6_addr + 12, text, sizeof text);
    else
      ::inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
  } else if (address.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    ::inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
  }
  return text;
}

uint16_t local_port(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  // The port stands at the same place for both families.
  sockaddr_in v4{};
  std::memcpy(&v4, &address, sizeof v4);
  return ntohs(v4.sin_port);
}

}  // namespace io
