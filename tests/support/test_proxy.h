#pragma once
#include <string>
#include <string_view>
#include <utility>

#include "base/mutex.h"
#include "io/http/proxy.h"
#include "tests/support/parallel_server.h"

namespace support {

/// A proxy in front of one server, which it reaches whatever the client asks for.
class TestProxy {
 public:
  explicit TestProxy(uint16_t server_port) : server_port_(server_port) {}

  io::http::ProxyOptions options(std::string_view login = "") const {
    io::http::ProxyOptions options;
    options.for_http = *io::http::parse_url(fmt::format("http://{}{}", login, proxy_.address()));
    options.for_https = options.for_http;
    return options;
  }
  /// What it was asked for, without the answers of the server.
  std::string seen() {
    base::Lock lock(mutex_);
    return std::exchange(seen_, {});
  }
  void answer_instead(std::string answer) {
    base::Lock lock(mutex_);
    instead_ = std::move(answer);
  }

 private:
  void talk(int fd) {
    const std::string head = read_head(fd);
    std::string instead;
    {
      base::Lock lock(mutex_);
      seen_ += head;
      instead = instead_;
    }
    if (!instead.empty()) return say(fd, instead);
    if (!head.starts_with("CONNECT"))
      return say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nforwarded");
    const int server = connected_socket(server_port_);
    say(fd, "HTTP/1.1 200 Connection established\r\n\r\n");
    splice(fd, server);
    ::close(server);
  }

  const uint16_t server_port_;
  base::Mutex mutex_;
  std::string seen_ GUARDED_BY(mutex_);
  std::string instead_ GUARDED_BY(mutex_);
  ParallelServer proxy_{[this](int fd) { talk(fd); }};
};

}  // namespace support
