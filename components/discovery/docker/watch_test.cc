#include "components/discovery/docker/watch.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>

#include "components/discovery/docker/docker.h"
#include "tests/support/log_sink.h"
#include "tests/support/parallel_server.h"

namespace components::discovery::docker {
namespace {

using support::eventually;
using support::say;

/// A daemon that lists what a test says, and reports events.
class FakeDaemon {
 public:
  std::string host() const { return "tcp://" + server_.address(); }

  void set(std::set<std::string> running, std::set<std::string> ended = {}) {
    base::Lock lock(mutex_);
    running_ = std::move(running);
    ended_ = std::move(ended);
  }
  void set_broken(bool broken) { is_broken_ = broken; }
  void event(const std::string& action, const std::string& id) {
    base::Lock lock(mutex_);
    const std::string text =
        R"({"Type": "container", "Action": ")" + action + R"(", "Actor": {"ID": ")" + id + "\"}}\n";
    if (events_ >= 0) say(events_, text);
  }
  void end_events() {
    base::Lock lock(mutex_);
    ::shutdown(events_, SHUT_RDWR);
    events_ = -1;
  }
  bool has_events() {
    base::Lock lock(mutex_);
    return events_ >= 0;
  }
  /// "all", or the ids asked for, of each list since the last call.
  std::vector<std::string> lists() {
    base::Lock lock(mutex_);
    return std::exchange(lists_, {});
  }

 private:
  void talk(int fd) {
    for (std::string head; !(head = support::read_head(fd)).empty();) {
      if (head.find("/events?") != head.npos) return report(fd);
      const std::string body = answer(head);
      say(fd, fmt::format("HTTP/1.1 {} X\r\nContent-Length: {}\r\n\r\n{}", is_broken_ ? 500 : 200,
                          body.size(), body));
    }
  }
  void report(int fd) {
    {
      base::Lock lock(mutex_);
      say(fd, "HTTP/1.1 200 OK\r\n\r\n");
      events_ = fd;
    }
    support::await_close(fd);
  }
  std::string answer(const std::string& head) {
    if (head.find("/networks") != head.npos) return R"([{"Id": "n1", "Name": "front"}])";
    base::Lock lock(mutex_);
    const bool is_all = head.find("%22id%22") == head.npos;
    std::set<std::string> listed = running_;
    if (head.find("all=1") != head.npos) listed.insert(ended_.begin(), ended_.end());
    std::string body, asked;
    for (const std::string& id : running_or_named(head, is_all)) asked += id + " ";
    for (const std::string& id : listed) {
      if (!is_all && head.find("%22" + id + "%22") == head.npos) continue;
      body += std::string(body.empty() ? "" : ", ") + R"({"Id": ")" + id +
              R"(", "NetworkSettings": {"Networks": {"front": {"NetworkID": "n1"}}}})";
    }
    lists_.push_back(is_all ? "all" : asked);
    return "[" + body + "]";
  }
  /// The ids in a request, which are c1 to c9.
  static std::vector<std::string> running_or_named(const std::string& head, bool is_all) {
    std::vector<std::string> named;
    for (char digit = '1'; digit <= '9' && !is_all; ++digit)
      if (head.find(std::string("%22c") + digit + "%22") != head.npos)
        named.push_back(std::string("c") + digit);
    return named;
  }

  base::Mutex mutex_;
  std::set<std::string> running_ GUARDED_BY(mutex_);
  std::set<std::string> ended_ GUARDED_BY(mutex_);
  std::vector<std::string> lists_ GUARDED_BY(mutex_);
  int events_ GUARDED_BY(mutex_) = -1;
  std::atomic<bool> is_broken_{false};
  support::ParallelServer server_{[this](int fd) { talk(fd); }};
};

/// The component with what it exports.
class Running {
 public:
  explicit Running(const FakeDaemon& daemon, Arguments arguments = {}) {
    arguments.host = daemon.host();
    arguments.refresh_interval = std::chrono::hours(1);
    docker_.emplace(Context{.id = "discovery.docker.test",
                            .data_dir = {},
                            .metrics = {registry_, "discovery.docker.test"},
                            .log = base::Logger("test"),
                            .publish = [this](river::Value exports) { take(exports); },
                            .loop = &loop_},
                    arguments);
    REQUIRE(docker_->start());
  }

  /// "c1 c2 " once that is what is exported, else what it is after the wait.
  bool exports(const std::string& ids) {
    return eventually([&] { return ids_now() == ids; });
  }
  std::string ids_now() {
    base::Lock lock(mutex_);
    return ids_;
  }
  int publications() {
    base::Lock lock(mutex_);
    return publications_;
  }
  Docker& operator*() { return *docker_; }

 private:
  void take(const river::Value& exports) {
    const auto& targets = *exports.as_object()->front().second.as_array();
    std::string ids;
    for (const river::Value& target : targets)
      for (const auto& [name, value] : *target.as_object())
        if (name == "__meta_docker_container_id") ids += *value.as_string() + " ";
    base::Lock lock(mutex_);
    ids_ = ids;
    ++publications_;
  }

  base::metrics::Registry registry_;
  io::Loop loop_;
  base::Mutex mutex_;
  std::string ids_ GUARDED_BY(mutex_) = "nothing";
  int publications_ GUARDED_BY(mutex_) = 0;
  std::optional<Docker> docker_;
};

}  // namespace

TEST_CASE("discovery.docker: an event lists the container that it names, and no other") {
  FakeDaemon daemon;
  daemon.set({"c1", "c2"});
  Running running(daemon);
  CHECK(running.exports("c1 c2 "));
  REQUIRE(eventually([&] { return daemon.has_events(); }));
  CHECK(daemon.lists() == std::vector<std::string>{"all"});
  daemon.set({"c1", "c2", "c3"});
  daemon.event("start", "c3");
  CHECK(running.exports("c1 c2 c3 "));
  daemon.set({"c1", "c2"});
  daemon.event("die", "c3");
  CHECK(running.exports("c1 c2 "));
  // It started and ended between two looks: its log can be read still.
  daemon.set({"c1", "c2"}, {"c4"});
  daemon.event("start", "c4");
  CHECK(running.exports("c1 c2 c4 "));
  CHECK(daemon.lists() == std::vector<std::string>{"c3 ", "c3 ", "c4 ", "c4 "});
}

TEST_CASE("discovery.docker: what was gone before it could be listed was described when created") {
  FakeDaemon daemon;
  daemon.set({"c1"}, {"c4"});  // Created.
  Running running(daemon);
  CHECK(running.exports("c1 "));
  REQUIRE(eventually([&] { return daemon.has_events(); }));
  daemon.lists();
  daemon.event("create", "c4");
  std::vector<std::string> lists;
  REQUIRE(eventually([&] { return !(lists = daemon.lists()).empty(); }));
  CHECK(lists == std::vector<std::string>{"c4 "});
  daemon.event("create", "c5");  // Asked for after c4 is known.
  REQUIRE(eventually([&] { return !daemon.lists().empty(); }));
  CHECK(running.ids_now() == "c1 ");
  daemon.set({"c1"});
  daemon.event("start", "c4");
  CHECK(running.exports("c1 c4 "));
}

TEST_CASE("discovery.docker: events that come together are one change") {
  FakeDaemon daemon;
  daemon.set({"c1"});
  Running running(daemon);
  REQUIRE(running.exports("c1 "));
  REQUIRE(eventually([&] { return daemon.has_events(); }));
  daemon.set({"c1", "c2", "c3", "c4", "c5"});
  const int before = running.publications();
  for (const char* id : {"c2", "c3", "c4", "c5", "c2", "c3", "c4", "c5"}) daemon.event("start", id);
  CHECK(running.exports("c1 c2 c3 c4 c5 "));
  // The first may be looked at before the others come.
  CHECK(running.publications() - before <= 2);
}

TEST_CASE("discovery.docker: after a gap in the events all are listed") {
  FakeDaemon daemon;
  daemon.set({"c1"});
  Running running(daemon);
  REQUIRE(running.exports("c1 "));
  REQUIRE(eventually([&] { return daemon.has_events(); }));
  daemon.lists();
  daemon.set({"c2"});
  daemon.end_events();
  CHECK(running.exports("c2 "));
  CHECK(daemon.lists().front() == "all");
  REQUIRE(eventually([&] { return daemon.has_events(); }));
  daemon.set({"c2", "c3"});
  daemon.event("start", "c3");
  CHECK(running.exports("c2 c3 "));
}

TEST_CASE(
    "discovery.docker: while the daemon fails the targets stay, and an event is not forgotten") {
  FakeDaemon daemon;
  daemon.set({"c1"});
  Running running(daemon);
  REQUIRE(running.exports("c1 "));
  REQUIRE(eventually([&] { return daemon.has_events(); }));
  CHECK((*running).health().state == Health::State::healthy);
  daemon.set_broken(true);
  daemon.set({"c1", "c2"});
  daemon.event("start", "c2");
  CHECK(eventually([&] { return (*running).health().state == Health::State::unhealthy; }));
  CHECK((*running).health().message.find("list containers: the daemon answers 500") == 0);
  CHECK(running.ids_now() == "c1 ");
  daemon.set_broken(false);
  CHECK(running.exports("c1 c2 "));
  CHECK((*running).health().state == Health::State::healthy);
}

TEST_CASE("discovery.docker: a filter by id also holds for what has ended") {
  FakeDaemon daemon;
  daemon.set({"c1"});
  Arguments arguments;
  arguments.filter = {{"id", {"c1", "c3"}}};
  Running running(daemon, arguments);
  REQUIRE(running.exports("c1 "));
  REQUIRE(eventually([&] { return daemon.has_events(); }));
  daemon.set({"c1"}, {"c2", "c3"});
  daemon.event("start", "c2");
  daemon.event("start", "c3");
  CHECK(running.exports("c1 c3 "));
}

TEST_CASE("discovery.docker: after its end nothing is held") {
  FakeDaemon daemon;
  io::Loop loop;
  REQUIRE(loop.start());
  base::metrics::Registry registry;
  auto owned = std::make_shared<std::atomic<int>>(0);
  const std::weak_ptr<std::atomic<int>> life = owned;
  Watch::Options options;
  options.endpoint = *docker_api::endpoint(daemon.host(), {}, std::chrono::hours(1));
  options.refresh_interval = std::chrono::nanoseconds::max();
  options.failures = base::metrics::Scope(registry, "test").counter("failures", "Help.");
  options.on_targets = [owned](const river::schema::Targets&) { ++*owned; };
  auto watch = std::make_shared<Watch>(loop, std::move(options));
  watch->start();
  REQUIRE(eventually([&] { return *owned > 0 && daemon.has_events(); }));
  watch->stop();
  watch.reset();
  owned.reset();
  CHECK(eventually([&] { return life.expired(); }));
}

TEST_CASE("discovery.docker: stops and updates at any moment, and says nothing afterwards") {
  FakeDaemon daemon, other;
  daemon.set({"c1"});
  other.set({"c2"});
  Running running(daemon);
  Arguments arguments;
  Component& component = *running;
  for (int i = 0; i < 20; ++i) {
    arguments.host = i % 2 == 0 ? other.host() : daemon.host();
    REQUIRE(component.update(static_cast<const void*>(&arguments)));
    daemon.event("start", "c1");
    other.event("start", "c2");
  }
  arguments.host = "tcp://daemon:99999";
  CHECK_FALSE(component.update(static_cast<const void*>(&arguments)));
  CHECK(running.exports("c1 "));  // What it has runs on.
  component.stop();
  const int before = running.publications();
  daemon.set({"c1", "c3"});
  daemon.event("start", "c3");
  CHECK(running.publications() == before);
}

}  // namespace components::discovery::docker
