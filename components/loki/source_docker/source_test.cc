#include "components/loki/source_docker/source.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>

#include "tests/support/folder.h"
#include "tests/support/log_sink.h"

namespace components::loki::source_docker {
namespace {

/// A daemon with one running container, whose output cannot be read, until it is removed; or with
/// one that is removed as soon as its start is reported and its log was asked for.
class FakeDaemon {
 public:
  FakeDaemon() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(socket_, generic, size) == 0);
    REQUIRE(::listen(socket_, 8) == 0);
    REQUIRE(::getsockname(socket_, generic, &size) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~FakeDaemon() {
    ::shutdown(socket_, SHUT_RDWR);
    thread_.join();
    ::close(socket_);
  }
  std::string host() const { return "tcp://127.0.0.1:" + std::to_string(port_); }
  void answer_logs(std::string status, std::string message) {
    base::Lock lock(mutex_);
    status_ = std::move(status);
    message_ = std::move(message);
  }
  void remove() { removed_ = true; }
  /// `log`: what its log is until the daemon is asked about it.
  void run_and_remove(const std::string& id, std::string log) {
    base::Lock lock(mutex_);
    event_ = R"({"Type": "container", "Action": "start", "Actor": {"ID": ")" + id + "\"}}\n";
    log_ = std::move(log);
    removed_ = true;
  }
  int asked_for_logs() const { return logs_; }

 private:
  void serve() {
    for (int fd = ::accept(socket_, nullptr, nullptr); fd >= 0;
         fd = ::accept(socket_, nullptr, nullptr)) {
      char request[4096];
      const ssize_t got = ::read(fd, request, sizeof request);
      const std::string text(request, got > 0 ? static_cast<size_t>(got) : 0);
      const std::string answer = text.find("/logs") != text.npos     ? logs()
                                 : text.find("/events") != text.npos ? events()
                                                                     : inspect();
      CHECK(::write(fd, answer.data(), answer.size()) > 0);
      ::close(fd);
    }
  }
  static std::string response(const std::string& status, const std::string& body) {
    return "HTTP/1.1 " + status +
           "\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           body;
  }
  std::string inspect() const {
    if (removed_) return response("404 Not Found", R"({"message": "No such container"})");
    return response("200 OK", R"({"State": {"Running": true, "StartedAt": "2026"}})");
  }
  std::string logs() {
    ++logs_;
    base::Lock lock(mutex_);
    if (!log_.empty()) return response("200 OK", std::exchange(log_, ""));
    return response(status_, "{\"message\": \"" + message_ + "\"}");
  }

  std::string events() {
    base::Lock lock(mutex_);
    return response("200 OK", std::exchange(event_, ""));
  }

  const int socket_;
  uint16_t port_ = 0;
  std::atomic<bool> removed_{false};
  std::atomic<int> logs_{0};
  base::Mutex mutex_;
  std::string status_ GUARDED_BY(mutex_) = "500 Internal Server Error";
  std::string message_ GUARDED_BY(mutex_) = "trouble";
  std::string event_ GUARDED_BY(mutex_);
  std::string log_ GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace

TEST_CASE("source.docker: health while a container cannot be read, and when it is gone") {
  const support::Folder folder;
  base::metrics::Registry registry;
  io::Loop loop;
  FakeDaemon daemon;
  Arguments arguments;
  arguments.host = daemon.host();
  arguments.targets = {{{"__meta_docker_container_id", "c1"}}};
  arguments.forward_to = {{std::make_shared<support::LogSink>()}};
  const auto healthy = [](const Source& source) {
    return source.health().state == Health::State::healthy;
  };
  {
    Source source({.id = "loki.source.docker.test",
                   .data_dir = folder.path(),
                   .metrics = {registry, "loki.source.docker.test"},
                   .log = base::Logger("test"),
                   .publish = [](river::Value) {},
                   .loop = &loop},
                  arguments);
    REQUIRE(source.start());
    CHECK(support::eventually([&] { return !healthy(source); }));
    daemon.answer_logs("409 Conflict", "container which is dead or marked for removal");
    CHECK(support::eventually([&] { return healthy(source); }));
    daemon.answer_logs("500 Internal Server Error", "trouble");
    CHECK(support::eventually([&] { return !healthy(source); }));
    daemon.remove();
    CHECK(support::eventually([&] { return healthy(source); }));
  }
  FakeDaemon other;
  other.answer_logs("501 Not Implemented", "configured logging driver does not support reading");
  arguments.host = other.host();
  Source source({.id = "loki.source.docker.test",
                 .data_dir = folder.path(),
                 .metrics = {registry, "loki.source.docker.test"},
                 .log = base::Logger("test"),
                 .publish = [](river::Value) {},
                 .loop = &loop},
                arguments);
  REQUIRE(source.start());
  CHECK(support::eventually([&] {
    return registry.expose().find(
               "loki_source_docker_unreadable_containers_total{component_id="
               "\"loki.source.docker.test\"} 1") != std::string::npos;
  }));
  CHECK(healthy(source));
}

TEST_CASE("source.docker: a container that is removed before it is a target") {
  struct Case {
    const char* what;
    std::string log;
    std::vector<std::string> lines;
    const char* missed;
  };
  const std::string text = "2026-11-28T20:07:05.404261431Z short\n";
  const std::string header{"\1\0\0\0\0\0\0", 7};
  for (const Case& given :
       std::vector<Case>{{"frames", header + static_cast<char>(text.size()) + text, {"short"}, "0"},
                         {"a terminal", "2026-11-28T20:07:05.404261431Z short\r\n", {"short"}, "0"},
                         {"nobody knows what it wrote", "", {}, "1"}}) {
    CAPTURE(given.what);
    const support::Folder folder;
    base::metrics::Registry registry;
    io::Loop loop;
    FakeDaemon daemon;
    Arguments arguments;
    arguments.host = daemon.host();
    const auto sink = std::make_shared<support::LogSink>();
    arguments.forward_to = {{sink}};
    daemon.run_and_remove("c1", given.log);
    Source source({.id = "loki.source.docker.test",
                   .data_dir = folder.path(),
                   .metrics = {registry, "loki.source.docker.test"},
                   .log = base::Logger("test"),
                   .publish = [](river::Value) {},
                   .loop = &loop},
                  arguments);
    REQUIRE(source.start());
    REQUIRE(support::eventually([&] { return daemon.asked_for_logs() > 0; }));
    arguments.targets = {{{"__meta_docker_container_id", "c1"}, {"job", "x"}}};
    Component& component = source;
    REQUIRE(component.update(static_cast<const void*>(&arguments)));
    CHECK(support::eventually([&] { return sink->texts() == given.lines; }));
    CHECK(support::eventually([&] {
      return registry.expose().find(
                 std::string("loki_source_docker_missed_containers_total{component_id="
                             "\"loki.source.docker.test\"} ") +
                 given.missed) != std::string::npos;
    }));
  }
}

TEST_CASE("source.docker: an update that fails once fails again, until it is put right") {
  const support::Folder folder;
  base::metrics::Registry registry;
  io::Loop loop;
  Arguments arguments;
  arguments.host = "unix:///nonexistent/docker.sock";
  arguments.forward_to = {{std::make_shared<support::LogSink>()}};
  Source source({.id = "loki.source.docker.test",
                 .data_dir = folder.path(),
                 .metrics = {registry, "loki.source.docker.test"},
                 .log = base::Logger("test"),
                 .publish = [](river::Value) {},
                 .loop = &loop},
                arguments);
  Component& component = source;
  const auto update = [&](const char* host) {
    arguments.host = host;
    return component.update(static_cast<const void*>(&arguments)).has_value();
  };
  REQUIRE(source.start());
  CHECK_FALSE(update("tcp://docker:99999"));
  CHECK_FALSE(update("tcp://docker:99999"));
  CHECK(update("tcp://127.0.0.1:1"));
}

TEST_CASE("source.docker: a start that gets no thread works once there is one") {
  const support::Folder folder;
  base::metrics::Registry registry;
  io::Loop loop;
  Arguments arguments;
  arguments.host = "unix:///nonexistent/docker.sock";
  arguments.targets = {{{"__meta_docker_container_id", std::string(64, 'a')}, {"job", "x"}}};
  Source source({.id = "loki.source.docker.test",
                 .data_dir = folder.path(),
                 .metrics = {registry, "loki.source.docker.test"},
                 .log = base::Logger("test"),
                 .publish = [](river::Value) {},
                 .loop = &loop},
                arguments);
  {
    const base::ThreadShortage shortage;
    CHECK_FALSE(source.start());
  }
  CHECK(source.start());
  CHECK(support::eventually([&] { return source.health().state == Health::State::unhealthy; }));
}

}  // namespace components::loki::source_docker
