// tcpstat: TCP sockets by state, asked from the kernel in one netlink dump for each IP version.
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>

#include "base/descriptor.h"
#include "components/prometheus/exporter_unix/collectors/collector.h"

namespace components::prometheus::exporter_unix::collectors {
namespace {

/// By the kernel's number of the state (include/net/tcp_states.h).
constexpr std::string_view kStates[] = {"",           "established", "syn_sent",  "syn_recv",
                                        "fin_wait1",  "fin_wait2",   "time_wait", "close",
                                        "close_wait", "last_ack",    "listen",    "closing"};

struct TcpSockets {
  std::array<double, std::size(kStates)> states{};
  double rx_bytes = 0, tx_bytes = 0;
};

struct DiagRequest {
  nlmsghdr header;
  inet_diag_req_v2 request;
};

/// The messages of one datagram. False: the dump has ended, or failed.
bool count_messages(const char* data, size_t size, TcpSockets& sockets, bool& failed) {
  while (size >= sizeof(nlmsghdr)) {
    const auto* header = reinterpret_cast<const nlmsghdr*>(data);
    if (header->nlmsg_len < sizeof(nlmsghdr) || header->nlmsg_len > size) break;
    if (header->nlmsg_type == NLMSG_DONE) return false;
    if (header->nlmsg_type == NLMSG_ERROR) {
      failed = true;
      return false;
    }
    if (header->nlmsg_len >= NLMSG_LENGTH(sizeof(inet_diag_msg))) {
      const auto* socket = reinterpret_cast<const inet_diag_msg*>(data + NLMSG_HDRLEN);
      if (socket->idiag_state < std::size(kStates)) ++sockets.states[socket->idiag_state];
      sockets.rx_bytes += socket->idiag_rqueue;
      sockets.tx_bytes += socket->idiag_wqueue;
    }
    const size_t step = std::min<size_t>(NLMSG_ALIGN(header->nlmsg_len), size);
    data += step;
    size -= step;
  }
  return true;
}

bool dump(int netlink, uint8_t family, TcpSockets& sockets) {
  DiagRequest request{};
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  request.request.sdiag_family = family;
  request.request.sdiag_protocol = IPPROTO_TCP;
  request.request.idiag_states = 0xFFF;
  if (::send(netlink, &request, sizeof request, 0) != sizeof request) return false;
  alignas(nlmsghdr) char buffer[32 << 10];
  bool failed = false;
  for (;;) {
    const ssize_t got = ::recv(netlink, buffer, sizeof buffer, 0);
    if (got <= 0) return false;
    if (!count_messages(buffer, static_cast<size_t>(got), sockets, failed)) return !failed;
  }
}

bool collect_tcpstat(Scrape& scrape) {
  const base::Descriptor netlink(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  if (!netlink) return false;
  // The kernel answers within the call that sends; this only bounds what cannot be foreseen.
  const timeval patience{.tv_sec = 1, .tv_usec = 0};
  ::setsockopt(netlink.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  TcpSockets sockets;
  if (!dump(netlink.get(), AF_INET, sockets)) return false;
  if (scrape.proc.exists("net/tcp6") && !dump(netlink.get(), AF_INET6, sockets)) return false;
  scrape.out.family("node_tcp_", "connection_states", kGauge, "Number of connection states.");
  for (size_t state = 1; state < std::size(kStates); ++state)
    if (sockets.states[state] > 0)
      scrape.out.sample(sockets.states[state], {{"state", kStates[state]}});
  scrape.out.sample(sockets.rx_bytes, {{"state", "rx_queued_bytes"}});
  scrape.out.sample(sockets.tx_bytes, {{"state", "tx_queued_bytes"}});
  return true;
}

constexpr CollectorKind kTcpKinds[] = {{"tcpstat", stateless<collect_tcpstat>}};

}  // namespace

std::span<const CollectorKind> tcp_collectors() {
  return kTcpKinds;
}

}  // namespace components::prometheus::exporter_unix::collectors
