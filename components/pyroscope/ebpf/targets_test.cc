#include "components/pyroscope/ebpf/targets.h"

#include <doctest/doctest.h>

using components::pyroscope::ebpf::TargetIndex;
using river::schema::Target;
using river::schema::Targets;

TEST_CASE("pyroscope.ebpf: which process is which target's") {
  const std::string id(64, 'a');
  const std::string other(64, 'b');
  const Targets targets{
      Target{{"__process_pid__", "7"}, {"service_name", "seven"}, {"env", "test"}},
      Target{{"__process_pid__", "8"}, {"__container_id__", id}, {"service_name", "eight"}},
      Target{{"__container_id__", id}, {"service_name", "container"}},
      Target{{"__meta_kubernetes_pod_container_id", "containerd://" + other},
             {"__meta_kubernetes_namespace", "shop"},
             {"__meta_kubernetes_pod_container_name", "cart"}},
      Target{{"__meta_kubernetes_pod_container_id", "rkt://" + std::string(64, 'c')}},
      Target{{"__systemd_unit__", "nginx.service"}},
      Target{{"__process_pid__", "9x"}},
      Target{{"job", "nothing that names a process"}},
  };
  struct Case {
    uint32_t pid;
    std::string cgroups;
    std::string service;  // Empty: not wanted.
  };
  const Case cases[] = {
      {7, "", "seven"},
      {8, "", "eight"},
      {100, "0::/system.slice/docker-" + id + ".scope", "container"},
      {101, "0::/kubepods/cri-containerd-" + other + ".scope", "ebpf/shop/cart"},
      {102, "0::/kubepods/cri-containerd-" + std::string(64, 'c') + ".scope", ""},
      {103, "0::/system.slice/nginx.service", "nginx.service"},
      {9, "0::/system.slice/cron.service", ""},
  };
  const TargetIndex index(targets, true);
  CHECK(index.size() == 5);
  for (const Case& c : cases) {
    CAPTURE(c.pid);
    const auto labels = index.find(c.pid, c.cgroups);
    CHECK(labels.has_value() == !c.service.empty());
    if (!labels) continue;
    CHECK(labels->get("service_name") == c.service);
    CHECK(labels->get("__name__") == "process_cpu");
  }
  const auto seven = index.find(7, "");
  CHECK(seven->get("env") == "test");
  CHECK(seven->get("__process_pid__") == "7");
  CHECK(index.find(101, "0::/x/" + other)->get("__container_id__") == other);

  const TargetIndex everything(targets, false);
  CHECK(everything.find(9, "")->get("service_name") == "ebpf/unspecified");
  CHECK(everything.find(7, "")->get("service_name") == "seven");
  CHECK(!TargetIndex({}, true).find(7, ""));
}

TEST_CASE("pyroscope.ebpf: names of services") {
  using components::pyroscope::ebpf::service_name;
  struct Case {
    Target target;
    std::string_view name;
  };
  const Case cases[] = {
      {{}, "unspecified"},
      {{{"__meta_docker_container_name", "/web"}}, "/web"},
      {{{"__meta_dockerswarm_service_name", "api"}}, "api"},
      {{{"__meta_kubernetes_namespace", "a"}}, "unspecified"},
      {{{"__meta_kubernetes_namespace", "a"}, {"__meta_kubernetes_pod_container_name", "b"}},
       "ebpf/a/b"},
      {{{"__meta_kubernetes_pod_annotation_pyroscope_io_service_name", "said"},
        {"__meta_kubernetes_namespace", "a"},
        {"__meta_kubernetes_pod_container_name", "b"}},
       "said"},
      {{{"service_name", "mine"}, {"__meta_docker_container_name", "/web"}}, "mine"},
  };
  for (const Case& c : cases) CHECK(service_name(c.target) == c.name);
}
