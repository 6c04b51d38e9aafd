#include "components/loki/source_kubernetes/source.h"

#include <doctest/doctest.h>

#include "components/shared/kubernetes/testing.h"
#include "tests/support/folder.h"

namespace components::loki::source_kubernetes {
namespace {

using kubernetes::testing::FakeApi;
using support::eventually;
using support::LogSink;

const std::string kPodPath = "/api/v1/namespaces/n/pods/p";
const std::string kLogPath = kPodPath + "/log";
const std::string kCursorKey = "cursor-n/p:c:u";

std::string pod(const std::string& id, const std::string& state,
                const std::string& previous_id = {}, const std::string& phase = "Running") {
  const std::string last =
      previous_id.empty() ? "{}" : R"({"terminated":{"containerID":")" + previous_id + "\"}}";
  return R"({"metadata":{"uid":"u"},"status":{"phase":")" + phase +
         R"(","containerStatuses":[{"name":"sidecar","containerID":"other"},{"name":"c",)"
         R"("containerID":")" +
         id + R"(","state":{")" + state + R"(":{}},"lastState":)" + last + "}]}}";
}

river::schema::Target target(const std::map<std::string, std::string>& more = {}) {
  river::schema::Target::Labels labels = {{"__meta_kubernetes_namespace", "n"},
                                          {"__meta_kubernetes_pod_name", "p"},
                                          {"__meta_kubernetes_pod_container_name", "c"},
                                          {"__meta_kubernetes_pod_uid", "u"}};
  for (const auto& [name, value] : more) labels[name] = value;
  return river::schema::Target(labels);
}

class Running {
 public:
  Running(const FakeApi& api, const support::Folder& folder, river::schema::Targets targets) {
    arguments_.targets = std::move(targets);
    arguments_.forward_to = {{sink_}};
    arguments_.client = api.client();
    source_.emplace(Context{.id = "loki.source.kubernetes.test",
                            .data_dir = folder.path(),
                            .metrics = {registry_, "test"},
                            .log = base::Logger("test"),
                            .publish = [](const river::Value&) {},
                            .loop = &loop_},
                    arguments_);
    REQUIRE(source_->start());
  }
  bool has(const std::vector<std::string>& lines) {
    return eventually([&] { return sink_->texts() == lines; });
  }
  LogSink& sink() { return *sink_; }
  Source& operator*() { return *source_; }
  void set_targets(river::schema::Targets targets) {
    arguments_.targets = std::move(targets);
    REQUIRE(static_cast<Component&>(*source_).update(&arguments_));
  }
  bool counts(const std::string& metric, int value) {
    return eventually([&] {
      return registry_.expose().find(metric + "{component_id=\"test\"} " + std::to_string(value)) !=
             std::string::npos;
    });
  }

 private:
  base::metrics::Registry registry_;
  io::Loop loop_;
  std::shared_ptr<LogSink> sink_ = std::make_shared<LogSink>();
  Arguments arguments_;
  std::optional<Source> source_;
};

const char* kFirst =
    "2026-11-21T08:22:28.100000000Z one\n2026-11-21T08:22:28.200000000Z two\n"
    "2026-11-21T08:22:28.200000000Z three\n";

}  // namespace

TEST_CASE("loki.source.kubernetes: labels, and what a target lacks") {
  const auto labels = [](const river::schema::Target& t) {
    return telemetry::to_stream_text(labels_of(t, *container_of(t), "id"));
  };
  CHECK(labels(target()) == R"({instance="n/p:c", job="id"})");
  CHECK(labels(target({{"job", "mine"}, {"app", "x"}, {"__a", "b"}, {"empty", ""}})) ==
        R"({app="x", instance="n/p:c", job="mine"})");
  CHECK(container_of(target({{"__pod_name__", "q"}}))->pod == "q");
  CHECK(!container_of(target({{"__meta_kubernetes_pod_uid", ""}})));
}

TEST_CASE("loki.source.kubernetes: a log is read to its end, and not again after a restart") {
  FakeApi api;
  const support::Folder folder;
  api.set(kPodPath, pod("a", "terminated", "", "Succeeded"));
  api.set(kLogPath, std::string(kFirst) + "2026-11-21T08:22:29.000000000Z \nno stamp");
  {
    Running running(
        api, folder,
        {target({{"app", "x"}}), target({{"app", "y"}}), river::schema::Target({{"a", "b"}})});
    CHECK(running.has({"one", "two", "three", "no stamp"}));
    CHECK(running.sink().lines()[1].labels ==
          R"({app="x", instance="n/p:c", job="loki.source.kubernetes.test"})");
    CHECK(running.sink().lines()[1].timestamp_ns == 1'795'249'348'200'000'000);
    CHECK((*running).health().message.find("1 targets do not say which container") == 0);
    CHECK(api.count("/log?container=c&timestamps=true") == 1);
  }
  api.set(kLogPath, std::string(kFirst) + "2026-11-21T08:22:29.000000000Z \n" +
                        "2026-11-21T08:22:30.000000000Z four\n");
  Running again(api, folder, {target()});
  CHECK(again.has({"four"}));
  CHECK(api.count("sinceTime=2026-11-21T08%3A22%3A29.000000000Z") == 1);
  CHECK(again.counts("loki_source_kubernetes_gaps_total", 0));
}

TEST_CASE("loki.source.kubernetes: what a replaced container wrote last is read first") {
  FakeApi api;
  const support::Folder folder;
  io::Positions(folder.path() / "positions", {*std::make_unique<base::metrics::Registry>(), ""},
                base::Logger(""))
      .set(kCursorKey, "a 1795249348100000000:1 1795249348100000000:1");
  api.set(kPodPath, pod("b", "terminated", "a", "Failed"));
  api.set(kLogPath, kFirst);  // Of both: the replay tells what is new.
  Running running(api, folder, {target()});
  CHECK(running.has({"two", "three", "one", "two", "three"}));
  CHECK(api.count("previous=true&sinceTime=") == 1);
  CHECK(running.counts("loki_source_kubernetes_gaps_total", 0));
}

TEST_CASE("loki.source.kubernetes: lines that were gone before they could be read are counted") {
  FakeApi api;
  const support::Folder folder;
  io::Positions(folder.path() / "positions", {*std::make_unique<base::metrics::Registry>(), ""},
                base::Logger(""))
      .set(kCursorKey, "a 1795249348000000000:7 1795249348000000000:1");
  api.set(kPodPath, pod("a", "terminated", "", "Failed"));
  api.set(kLogPath, kFirst);
  Running rotated(api, folder, {target()});
  CHECK(rotated.has({"one", "two", "three"}));
  CHECK(rotated.counts("loki_source_kubernetes_gaps_total", 1));
}

TEST_CASE("loki.source.kubernetes: a running container is followed until it is no target") {
  FakeApi api;
  const support::Folder folder;
  api.set(kPodPath, pod("a", "running"));
  api.set(kLogPath, kFirst);
  Running running(api, folder, {target()});
  CHECK(running.has({"one", "two", "three"}));
  CHECK(api.count("follow=true") >= 1);
  // The answer ended, so the pod is looked at, and the log is asked for again from there.
  CHECK(eventually([&] { return api.count("follow=true&sinceTime") >= 1; }));
  CHECK(running.has({"one", "two", "three"}));
  running.set_targets({});
  const auto looks = [&] { return api.requests().size(); };
  CHECK(eventually([&] {
    running.set_targets({});
    const size_t before = looks();
    running.set_targets({target()});
    return looks() >= before;
  }));
  CHECK(running.has({"one", "two", "three"}));
}

TEST_CASE("loki.source.kubernetes: a refusal is shown, and ends nothing") {
  FakeApi api;
  const support::Folder folder;
  api.set(kPodPath, R"({"kind":"Status","message":"pods \"p\" is forbidden"})", "403 Forbidden");
  Running running(api, folder, {target()});
  CHECK(eventually([&] {
    return (*running).health().message == "n/p:c: get the pod: HTTP 403: pods \"p\" is forbidden";
  }));
  api.set(kPodPath, pod("a", "terminated", "", "Failed"));
  api.set(kLogPath, kFirst);
  CHECK(running.has({"one", "two", "three"}));
  CHECK((*running).health().state == Health::State::healthy);
}

}  // namespace components::loki::source_kubernetes
