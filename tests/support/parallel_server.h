#pragma once
#include <vector>

#include "tests/support/raw_server.h"

namespace support {

/// What RawServer is, with a thread for each connection. At its end all that still read see the
/// end.
class ParallelServer {
 public:
  explicit ParallelServer(std::function<void(int fd)> talk)
      : talk_(std::move(talk)), fd_(listening_socket(port_, 64)), thread_([this] { serve(); }) {}
  ~ParallelServer() {
    ::shutdown(fd_, SHUT_RDWR);
    thread_.join();
    for (const int fd : connections_) ::shutdown(fd, SHUT_RDWR);
    for (std::thread& talking : talking_) talking.join();
    for (const int fd : connections_) ::close(fd);
    ::close(fd_);
  }
  ParallelServer(const ParallelServer&) = delete;
  ParallelServer& operator=(const ParallelServer&) = delete;

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  void serve() {
    for (int fd; (fd = ::accept(fd_, nullptr, nullptr)) >= 0;) {
      connections_.push_back(fd);
      talking_.emplace_back([this, fd] {
        talk_(fd);
        ::shutdown(fd, SHUT_RDWR);
      });
    }
  }

  const std::function<void(int)> talk_;
  uint16_t port_ = 0;
  const int fd_;
  std::vector<int> connections_;  // The accepting thread's, then the destructor's.
  std::vector<std::thread> talking_;
  std::thread thread_;
};

}  // namespace support
