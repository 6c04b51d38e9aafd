#include "agent/doctor/ports.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>

#include "base/files.h"

namespace agent::doctor {
namespace {

namespace fs = std::filesystem;

// States of a socket in these tables: TCP_LISTEN, and the TCP_CLOSE that stands for unconnected
// UDP.
constexpr std::string_view kListening = "0A";
constexpr std::string_view kUnconnected = "07";

std::vector<std::string_view> words(std::string_view line) {
  std::vector<std::string_view> found;
  for (size_t begin = line.find_first_not_of(' '); begin != line.npos;
       begin = line.find_first_not_of(' ', begin)) {
    const size_t end = std::min(line.find(' ', begin), line.size());
    found.push_back(line.substr(begin, end - begin));
    begin = end;
  }
  return found;
}

template <class Number>
std::optional<Number> number(std::string_view text, int base) {
  Number value{};
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// "0100007F": words of 32 bits, each in the byte order of this machine.
std::optional<std::string> address(std::string_view hex) {
  std::array<uint32_t, 4> parts{};
  if (hex.size() != 8 && hex.size() != 32) return std::nullopt;
  for (size_t i = 0; i < hex.size() / 8; ++i) {
    const auto part = number<uint32_t>(hex.substr(8 * i, 8), 16);
    if (!part) return std::nullopt;
    parts[i] = *part;
  }
  char text[INET6_ADDRSTRLEN];
  if (::inet_ntop(hex.size() == 8 ? AF_INET : AF_INET6, parts.data(), text, sizeof text) == nullptr)
    return std::nullopt;
  return text;
}

bool is_every_address(std::string_view host) {
  return host.empty() || host == "0.0.0.0" || host == "::";
}

/// The inode of a link such as "socket:[1234]".
std::optional<uint64_t> socket_inode(std::string_view link) {
  constexpr std::string_view kPrefix = "socket:[";
  if (!link.starts_with(kPrefix) || !link.ends_with(']')) return std::nullopt;
  return number<uint64_t>(link.substr(kPrefix.size(), link.size() - kPrefix.size() - 1), 10);
}

std::string process_name(const fs::path& folder) {
  auto name = base::read_file(folder / "comm", 4096);
  if (!name) return "?";
  if (name->ends_with('\n')) name->pop_back();
  return *name;
}

}  // namespace

std::vector<BoundSocket> parse_sockets(std::string_view table, std::string_view text) {
  const std::string_view protocol = table.substr(0, 3);
  std::vector<BoundSocket> sockets;
  for (size_t begin = text.find('\n'); begin != text.npos && ++begin < text.size();
       begin = text.find('\n', begin)) {
    // sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode ...
    const auto columns = words(text.substr(begin, text.find('\n', begin) - begin));
    if (columns.size() < 10 || columns[3] != (protocol == "tcp" ? kListening : kUnconnected))
      continue;
    const size_t colon = columns[1].find(':');
    if (colon == columns[1].npos) continue;
    const auto host = address(columns[1].substr(0, colon));
    const auto port = number<uint16_t>(columns[1].substr(colon + 1), 16);
    const auto inode = number<uint64_t>(columns[9], 10);
    if (host && port && inode) sockets.push_back({std::string(protocol), *host, *port, *inode});
  }
  return sockets;
}

Ports Ports::look(const fs::path& proc) {
  Ports ports;
  for (const std::string_view table : {"tcp", "tcp6", "udp", "udp6"})
    if (const auto text = base::read_file(proc / "net" / table))
      for (BoundSocket& socket : parse_sockets(table, *text))
        ports.sockets_.push_back(std::move(socket));
  std::error_code ignored;
  for (fs::directory_iterator it(proc, ignored), end; it != end; it.increment(ignored)) {
    const fs::path folder = it->path();
    const auto pid = number<pid_t>(folder.filename().string(), 10);
    if (!pid) continue;
    std::error_code hidden;
    for (fs::directory_iterator fd(folder / "fd", hidden), last; fd != last; fd.increment(hidden)) {
      const auto inode = socket_inode(fs::read_symlink(fd->path(), ignored).string());
      if (inode) ports.processes_[*inode].push_back({*pid, process_name(folder)});
    }
  }
  return ports;
}

std::vector<Ports::Holder> Ports::holders(std::string_view protocol,
                                          std::string_view host_port) const {
  std::vector<Holder> found;
  const size_t colon = host_port.rfind(':');
  if (colon == host_port.npos) return found;
  std::string_view host = host_port.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  const auto port = number<uint16_t>(host_port.substr(colon + 1), 10);
  for (const BoundSocket& socket : sockets_) {
    if (socket.protocol != protocol || !port || socket.port != *port) continue;
    if (socket.address != host && !is_every_address(host) && !is_every_address(socket.address))
      continue;
    const auto processes = processes_.find(socket.inode);
    found.push_back(
        {socket, processes == processes_.end() ? std::vector<Process>() : processes->second});
  }
  return found;
}

}  // namespace agent::doctor
