#pragma once
#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "components/loki/source_syslog/source.h"
#include "tests/support/folder.h"
#include "tests/support/log_sink.h"

/// For tests: the component with a sink, and who sends to it.
namespace components::loki::source_syslog {

using support::eventually;
using support::LogSink;
using Texts = std::vector<std::string>;

/// A sender on loopback.
class Client {
 public:
  Client(Protocol protocol, uint16_t port, const char* host = "127.0.0.1")
      : fd_(::socket(AF_INET, protocol == Protocol::tcp ? SOCK_STREAM : SOCK_DGRAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    REQUIRE(::inet_pton(AF_INET, host, &address.sin_addr) == 1);
    REQUIRE(::connect(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  }
  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
  }
  int fd() const { return fd_.get(); }
  /// The other side closed.
  bool is_closed() const {
    char byte;
    return ::recv(fd_.get(), &byte, 1, MSG_DONTWAIT) == 0;
  }

 private:
  base::Descriptor fd_;
};

/// The component, with a listener of any port on loopback.
struct Fixture {
  support::Folder folder;
  std::shared_ptr<LogSink> sink = std::make_shared<LogSink>();
  base::metrics::Registry registry;
  Arguments arguments;
  EngineOptions options;
  std::unique_ptr<Source> source;

  explicit Fixture(Protocol protocol = Protocol::tcp) {
    arguments.forward_to = {{sink}};
    add("127.0.0.1:0", protocol);
  }
  Listener& add(const std::string& address, Protocol protocol) {
    auto& listener = arguments.listener.emplace_back();
    listener.address.text = address;
    listener.protocol = protocol;
    listener.labels.entries = {{"job", "test"}};
    return listener;
  }
  void start() {
    make();
    REQUIRE(source->start());
  }
  void make() {
    Context context{.id = "loki.source.syslog.test",
                    .data_dir = folder.path(),
                    .metrics = {registry, "loki.source.syslog.test"},
                    .log = base::Logger("test"),
                    .publish = [](river::Value) {}};
    source = std::make_unique<Source>(std::move(context), arguments, options);
  }
  void update() {
    Component& component = *source;
    REQUIRE(component.update(static_cast<const void*>(&arguments)));
  }
  uint16_t port(const std::string& address = "127.0.0.1:0") const { return source->port(address); }
  bool got(const Texts& wanted) const {
    sink->has(wanted.size());
    return sink->texts() == wanted;
  }
  bool metric(const std::string& text) {
    return eventually([&] { return registry.expose().find(text) != std::string::npos; });
  }
};

}  // namespace components::loki::source_syslog
