#include "agent/doctor/ports.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "base/descriptor.h"

using agent::doctor::BoundSocket;
using agent::doctor::parse_sockets;
using agent::doctor::Ports;

namespace {

std::string row(const std::string& local, const std::string& state, const std::string& inode) {
  return "   0: " + local + " 00000000:0000 " + state +
         " 00000000:00000000 00:00000000 00000000  1000        0 " + inode + " 1 0 100 0\n";
}

}  // namespace

TEST_CASE("doctor: tables of sockets") {
  const std::string head = "  sl  local_address rem_address   st tx_queue rx_queue ...\n";
  struct Case {
    const char* what;
    const char* table;
    std::string text;
    std::vector<BoundSocket> want;
  };
  for (const Case& c : {
           Case{"no table", "tcp", "", {}},
           Case{"the head alone", "tcp", head, {}},
           Case{"a listener",
                "tcp",
                head + row("0100007F:C8D4", "0A", "77"),
                {{"tcp", "127.0.0.1", 51412, 77}}},
           Case{"an open connection", "tcp", head + row("0100007F:C8D4", "01", "77"), {}},
           Case{"every address",
                "tcp6",
                head + row("00000000000000000000000000000000:0202", "0A", "5"),
                {{"tcp", "::", 514, 5}}},
           Case{"IPv6",
                "udp6",
                head + row("00000000000000000000000001000000:0202", "07", "5"),
                {{"udp", "::1", 514, 5}}},
           Case{
               "nonsense", "tcp", head + "x\n" + row("01:1", "0A", "1") + row("zz", "0A", "q"), {}},
           Case{"two, the last without its end",
                "udp",
                head + row("00000000:0001", "07", "1") +
                    row("00000000:0002", "07", "2").substr(0, 100),
                {{"udp", "0.0.0.0", 1, 1}, {"udp", "0.0.0.0", 2, 2}}},
       }) {
    CAPTURE(c.what);
    CHECK(parse_sockets(c.table, c.text) == c.want);
  }
}

TEST_CASE("doctor: who holds a port") {
  const base::Descriptor listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  REQUIRE(::listen(listener.get(), 1) == 0);
  socklen_t size = sizeof address;
  REQUIRE(::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
  const std::string port = std::to_string(ntohs(address.sin_port));

  const Ports ports = Ports::look();
  struct Case {
    std::string protocol, address;
    bool is_held;
  };
  for (const Case& c :
       {Case{"tcp", "127.0.0.1:" + port, true}, Case{"tcp", "localhost:" + port, true},
        Case{"tcp", ":" + port, true}, Case{"tcp", "0.0.0.0:" + port, true},
        Case{"tcp", "[::]:" + port, true}, Case{"tcp", "127.0.0.2:" + port, false},
        Case{"udp", "127.0.0.1:" + port, false}, Case{"tcp", "127.0.0.1", false},
        Case{"tcp", "127.0.0.1:x", false}}) {
    CAPTURE(c.protocol);
    CAPTURE(c.address);
    const auto holders = ports.holders(c.protocol, c.address);
    CHECK(!holders.empty() == c.is_held);
    for (const auto& holder : holders)
      CHECK(std::any_of(holder.processes.begin(), holder.processes.end(),
                        [](const auto& process) { return process.pid == ::getpid(); }));
  }
}
