#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/descriptor.h"
#include "base/mutex.h"

namespace support {

/// A name server on loopback that says what a test wants, over UDP and TCP (RFC 1035).
class NameServer {
 public:
  enum Type : uint16_t { kA = 1, kNs = 2, kMx = 15, kAaaa = 28, kSrv = 33 };
  enum Code : uint8_t { kGood = 0, kFailure = 2, kNoName = 3 };
  NameServer() {
    while (!open()) continue;
    thread_ = std::thread([this] { run(); });
  }
  ~NameServer() {
    ends_ = true;
    thread_.join();
  }

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  /// What is answered for a name, whichever type is asked for: a code, and records as on the wire.
  void set(const std::string& name, Code code,
           std::vector<std::pair<Type, std::string>> records = {}) {
    base::Lock lock(mutex_);
    answers_[name] = {code, std::move(records)};
  }
  /// Questions over TCP: a long answer over UDP says to ask again there.
  int over_tcp() const { return over_tcp_; }

  /// A name as on the wire.
  static std::string name(const std::string& text) {
    std::string out;
    for (size_t at = 0; at < text.size();) {
      const size_t end = std::min(text.find('.', at), text.size());
      out += static_cast<char>(end - at);
      out += text.substr(at, end - at);
      at = end + 1;
    }
    return out + '\0';
  }
  static std::string number(uint16_t value) {
    return {static_cast<char>(value >> 8), static_cast<char>(value & 0xff)};
  }
  static std::string srv(const std::string& host, uint16_t port) {
    return number(1) + number(2) + number(port) + name(host);
  }

 private:
  struct Answer {
    Code code = kNoName;
    std::vector<std::pair<Type, std::string>> records;
  };
  bool open() {
    udp_.reset(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    tcp_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    if (::bind(udp_.get(), any, size) != 0 || ::getsockname(udp_.get(), any, &size) != 0)
      return false;
    port_ = ntohs(address.sin_port);
    return ::bind(tcp_.get(), any, size) == 0 && ::listen(tcp_.get(), 8) == 0;
  }

  std::string answer_to(std::string_view question, bool is_udp) {
    constexpr size_t kHead = 12;
    if (question.size() < kHead + 5) return {};
    std::string asked;
    size_t at = kHead;
    while (at < question.size() && question[at] != 0) {
      const auto length = static_cast<unsigned char>(question[at]);
      if (!asked.empty()) asked += '.';
      asked += question.substr(at + 1, length);
      at += 1 + length;
    }
    at += 5;  // The end of the name, type and class.
    Answer answer;
    {
      base::Lock lock(mutex_);
      if (const auto found = answers_.find(asked); found != answers_.end()) answer = found->second;
    }
    std::string records;
    for (const auto& [type, data] : answer.records)
      records += "\xc0\x0c" + number(type) + number(1) + std::string("\0\0\0\x3c", 4) +
                 number(static_cast<uint16_t>(data.size())) + data;
    auto count = static_cast<uint16_t>(answer.records.size());
    const bool is_cut = is_udp && records.size() > 400;
    if (is_cut) count = 0;
    std::string out(question.substr(0, 2));
    out += static_cast<char>(is_cut ? 0x86 : 0x84);  // An answer with authority, cut or not.
    out += static_cast<char>(0x80 | answer.code);
    out += number(1) + number(count) + number(0) + number(0);
    out += question.substr(kHead, at - kHead);
    return is_cut ? out : out + records;
  }

  void run() {
    while (!ends_) {
      pollfd sockets[] = {{udp_.get(), POLLIN, 0}, {tcp_.get(), POLLIN, 0}};
      if (::poll(sockets, 2, 50) <= 0) continue;
      char buffer[4096];
      if (sockets[0].revents != 0) {
        sockaddr_in peer{};
        socklen_t size = sizeof peer;
        auto* const any = reinterpret_cast<sockaddr*>(&peer);
        const ssize_t got = ::recvfrom(udp_.get(), buffer, sizeof buffer, 0, any, &size);
        if (got <= 0) continue;
        const auto answer = answer_to({buffer, static_cast<size_t>(got)}, true);
        ::sendto(udp_.get(), answer.data(), answer.size(), 0, any, size);
      }
      if (sockets[1].revents != 0) {
        const base::Descriptor peer(::accept(tcp_.get(), nullptr, nullptr));
        const ssize_t got = ::recv(peer.get(), buffer, sizeof buffer, 0);
        if (got <= 2) continue;
        ++over_tcp_;
        auto answer = answer_to({buffer + 2, static_cast<size_t>(got) - 2}, false);
        answer = number(static_cast<uint16_t>(answer.size())) + answer;
        ::send(peer.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
        ::recv(peer.get(), buffer, sizeof buffer, 0);  // Until the client closes.
      }
    }
  }

  base::Descriptor udp_, tcp_;
  uint16_t port_ = 0;
  std::atomic<bool> ends_{false};
  std::atomic<int> over_tcp_{0};
  base::Mutex mutex_;
  std::map<std::string, Answer> answers_ GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace support
