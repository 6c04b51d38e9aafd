#pragma once
#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace agent::doctor {

/// A socket that waits for connections or datagrams.
struct BoundSocket {
  std::string protocol;  ///< "tcp" or "udp"
  std::string address;   ///< "127.0.0.1", "::"
  uint16_t port = 0;
  uint64_t inode = 0;

  bool operator==(const BoundSocket&) const = default;
};

/// Reads a table such as /proc/net/tcp6: listening TCP sockets, UDP sockets without a peer.
/// `table` is the file's name, which says what is in it. Lines that make no sense are left out.
std::vector<BoundSocket> parse_sockets(std::string_view table, std::string_view text);

struct Process {
  pid_t pid = 0;
  std::string name;
};

/// Who listens where on this host, as it was when it was looked at.
class Ports {
 public:
  /// Processes of other users are seen by root only. `proc` is another folder in tests.
  static Ports look(const std::filesystem::path& proc = "/proc");

  struct Holder {
    BoundSocket socket;
    std::vector<Process> processes;  ///< empty: they may not be seen
  };
  /// Those who keep "host:port" from being bound; an empty host is every address.
  std::vector<Holder> holders(std::string_view protocol, std::string_view host_port) const;

 private:
  std::vector<BoundSocket> sockets_;
  std::map<uint64_t, std::vector<Process>> processes_;  ///< by inode
};

}  // namespace agent::doctor
