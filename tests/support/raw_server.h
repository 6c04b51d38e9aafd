#pragma once
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "io/http/url.h"

namespace support {

/// Reads the head of a request, up to its empty line; "" when the peer is gone.
inline std::string read_head(int fd) {
  std::string head;
  char c = 0;
  while (!head.ends_with("\r\n\r\n")) {
    if (::read(fd, &c, 1) != 1) return {};
    head += c;
  }
  return head;
}

inline void say(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    text.remove_prefix(static_cast<size_t>(sent));
  }
}

/// Blocks until the peer closes.
inline void await_close(int fd) {
  char c;
  while (::read(fd, &c, 1) > 0) {
  }
}

/// A socket that listens on a port of the loopback.
inline int listening_socket(uint16_t& port, int backlog = 8) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  REQUIRE(::bind(fd, generic, size) == 0);
  REQUIRE(::listen(fd, backlog) == 0);
  REQUIRE(::getsockname(fd, generic, &size) == 0);
  port = ntohs(address.sin_port);
  return fd;
}

inline int connected_socket(uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return fd;
  ::close(fd);
  return -1;
}

/// Passes bytes on between two sockets until one of them ends.
inline void splice(int a, int b) {
  pollfd ends[] = {{a, POLLIN, 0}, {b, POLLIN, 0}};
  char buffer[16384];
  while (::poll(ends, 2, -1) > 0) {
    for (int i = 0; i < 2; ++i) {
      if (ends[i].revents == 0) continue;
      const ssize_t got = ::read(ends[i].fd, buffer, sizeof buffer);
      if (got <= 0) return;
      say(ends[1 - i].fd, {buffer, static_cast<size_t>(got)});
    }
  }
}

/// A server that speaks what a test tells it to, one connection after the other; each is closed
/// when `talk` returns.
class RawServer {
 public:
  explicit RawServer(std::function<void(int fd)> talk)
      : talk_(std::move(talk)), fd_(listening_socket(port_)), thread_([this] { serve(); }) {}
  ~RawServer() {
    ::shutdown(fd_, SHUT_RDWR);
    thread_.join();
    ::close(fd_);
  }
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  uint16_t port() const { return port_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  io::http::Url url() const { return *io::http::parse_url("http://" + address()); }

  std::atomic<int> connections{0};

 private:
  void serve() {
    for (int fd; (fd = ::accept(fd_, nullptr, nullptr)) >= 0; ::close(fd)) {
      ++connections;
      talk_(fd);
    }
  }

  const std::function<void(int)> talk_;
  uint16_t port_ = 0;
  const int fd_;
  std::thread thread_;
};

/// A port that takes no connection and refuses none, as behind a firewall that drops packets: its
/// backlog is full.
class BlackHole {
 public:
  BlackHole() : fd_(listening_socket(port_, 0)) {
    for (int& fd : filling_) {
      fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      sockaddr_in address{};
      address.sin_family = AF_INET;
      address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      address.sin_port = htons(port_);
      ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address);
    }
  }
  ~BlackHole() {
    for (const int fd : filling_) ::close(fd);
    ::close(fd_);
  }
  BlackHole(const BlackHole&) = delete;
  BlackHole& operator=(const BlackHole&) = delete;

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  uint16_t port_ = 0;
  const int fd_;
  int filling_[3] = {};
};

}  // namespace support
