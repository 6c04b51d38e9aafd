#include "components/prometheus/exporter_cadvisor/cadvisor.h"

#include <doctest/doctest.h>

#include <set>

#include "components/prometheus/shared/words.h"
#include "tests/support/folder.h"

namespace components::prometheus::exporter_cadvisor {
namespace {

const std::string kId(64, 'a');
constexpr Topics kAll = {true, true, true, true, true, true, true, true};

void write_group_2(const support::Folder& folder, const std::string& path) {
  folder.write(path + "cgroup.events", "populated 1\n");
  folder.write(path + "cpu.stat",
               "usage_usec 3000000\nuser_usec 2000000\nsystem_usec 1000000\nnr_periods 10\n"
               "nr_throttled 4\nthrottled_usec 500000\n");
  folder.write(path + "cpu.max", "50000 100000\n");
  folder.write(path + "cpu.weight", "100\n");
  folder.write(path + "memory.stat",
               "anon 1000\nfile 3000\nkernel 77\nfile_mapped 50\ninactive_file 2500\n"
               "active_file 500\npgfault 9\npgmajfault 2\n");
  folder.write(path + "memory.current", "4096\n");
  folder.write(path + "memory.peak", "8192\n");
  folder.write(path + "memory.swap.current", "0\n");
  folder.write(path + "memory.max", "max\n");
  folder.write(path + "memory.swap.max", "1048576\n");
  folder.write(path + "memory.min", "0\n");
  folder.write(path + "memory.events", "low 0\nmax 3\noom 1\noom_kill 1\n");
  folder.write(path + "memory.pressure",
               "some avg10=0.00 avg60=0.00 avg300=0.00 total=2500000\n"
               "full avg10=0.00 avg60=0.00 avg300=0.00 total=1500000\n");
  folder.write(path + "io.stat", "8:0 rbytes=100 wbytes=200 rios=1 wios=2 dbytes=7 dios=1\n");
}

void write_group_1(const support::Folder& folder, const std::string& path) {
  folder.write("cpuacct" + path + "cgroup.clone_children", "0\n");
  folder.write("cpuacct" + path + "cpuacct.usage", "3000000000\n");
  folder.write("cpuacct" + path + "cpuacct.usage_percpu", "1000000000 0 2000000000 \n");
  folder.write("cpuacct" + path + "cpuacct.stat", "user 200\nsystem 100\n");
  folder.write("cpu" + path + "cpu.shares", "1024\n");
  folder.write("cpu" + path + "cpu.cfs_quota_us", "-1\n");
  folder.write("cpu" + path + "cpu.cfs_period_us", "100000\n");
  folder.write("cpu" + path + "cpu.stat", "nr_periods 0\nnr_throttled 0\nthrottled_time 0\n");
  folder.write("memory" + path + "memory.stat",
               "cache 1\ntotal_cache 3000\ntotal_rss 1000\ntotal_inactive_file 9000\n"
               "total_active_file 500\npgfault 9\npgmajfault 2\ntotal_swap 5\n");
  folder.write("memory" + path + "memory.usage_in_bytes", "4096\n");
  folder.write("memory" + path + "memory.limit_in_bytes", "9223372036854771712\n");
  folder.write("memory" + path + "memory.oom_control", "oom_kill_disable 0\noom_kill 6\n");
  folder.write("blkio" + path + "blkio.throttle.io_service_bytes",
               "8:0 Read 100\n8:0 Write 200\n8:0 Total 300\nTotal 300\n");
}

std::string written(const Measured& one, const Topics& topics = kAll) {
  std::string text;
  Exposition out(text);
  support::Folder sys;
  Devices devices(sys.path());
  write_containers(out, {one}, topics, devices);
  return text;
}

struct Sample {
  std::string_view name, value;
};

/// The sample with its family's name and labels is in the text.
bool has(std::string_view text, std::string_view sample) {
  return text.find(fmt::format("\n{}\n", sample)) != text.npos;
}

}  // namespace

TEST_CASE("cadvisor: the id of a container in the path of its cgroup") {
  CHECK(container_id("/docker/" + kId) == kId);
  CHECK(container_id("/system.slice/docker-" + kId + ".scope") == kId);
  CHECK(container_id("/kubepods/besteffort/pod1/" + kId) == kId);
  CHECK(container_id("/").empty());
  CHECK(container_id("/docker/" + kId + "/init").empty());
  CHECK(container_id("/system.slice/var-lib-docker-" + kId + ".mount").empty());
  CHECK(container_id("/docker/" + kId.substr(1)).empty());
}

TEST_CASE("cadvisor: a cgroup of version 2") {
  support::Folder folder;
  folder.write("cgroup.controllers", "cpu memory\n");
  write_group_2(folder, "docker/" + kId + "/");
  Cgroups cgroups(folder.path());
  REQUIRE(cgroups.is_version_2());
  Measured one{"/docker/" + kId, nullptr, {}};
  cgroups.read(one.id, one.stats);
  REQUIRE(one.stats.start);
  const std::string text = written(one);
  const std::string labels = fmt::format("id=\"/docker/{}\"", kId);
  CAPTURE(text);
  for (const Sample& wanted : {Sample{"cpu_user_seconds_total", "2"},
                               {"cpu_system_seconds_total", "1"},
                               {"cpu_cfs_periods_total", "10"},
                               {"cpu_cfs_throttled_periods_total", "4"},
                               {"cpu_cfs_throttled_seconds_total", "0.5"},
                               {"spec_cpu_quota", "50000"},
                               {"spec_cpu_period", "100000"},
                               {"spec_cpu_shares", "2597"},
                               {"memory_usage_bytes", "4096"},
                               {"memory_max_usage_bytes", "8192"},
                               {"memory_working_set_bytes", "1596"},
                               {"memory_cache", "3000"},
                               {"memory_rss", "1000"},
                               {"memory_mapped_file", "50"},
                               {"memory_failcnt", "3"},
                               {"spec_memory_limit_bytes", "0"},
                               {"spec_memory_swap_limit_bytes", "1.048576e+06"},
                               {"oom_events_total", "1"},
                               {"pressure_memory_waiting_seconds_total", "2.5"},
                               {"pressure_memory_stalled_seconds_total", "1.5"}})
    CHECK_MESSAGE(
        has(text, fmt::format("container_{}{{{}}} {}", wanted.name, labels, wanted.value)),
        wanted.name);
  CHECK(has(text, fmt::format("container_cpu_usage_seconds_total{{{},cpu=\"total\"}} 3", labels)));
  CHECK(has(text, fmt::format("container_fs_reads_bytes_total{{{},device=\"\"}} 100", labels)));
  CHECK(has(text, fmt::format("container_fs_writes_total{{{},device=\"\"}} 2", labels)));
  CHECK(has(text, fmt::format("container_blkio_device_usage_total{{{},device=\"\",major=\"8\","
                              "minor=\"0\",operation=\"Write\"}} 200",
                              labels)));
  CHECK(has(text, fmt::format("container_memory_failures_total{{{},failure_type=\"pgmajfault\","
                              "scope=\"hierarchy\"}} 2",
                              labels)));
}

TEST_CASE("cadvisor: a cgroup of version 1") {
  support::Folder folder;
  write_group_1(folder, "/docker/" + kId + "/");
  Cgroups cgroups(folder.path());
  REQUIRE(!cgroups.is_version_2());
  Measured one{"/docker/" + kId, nullptr, {}};
  cgroups.read(one.id, one.stats);
  const std::string text = written(one);
  const std::string labels = fmt::format("id=\"/docker/{}\"", kId);
  CAPTURE(text);
  for (const Sample& wanted :
       {Sample{"cpu_user_seconds_total", "2"},
        {"cpu_system_seconds_total", "1"},
        {"memory_working_set_bytes", "0"},  // Never below, whatever the kernel's counts are.
        {"memory_cache", "3000"},
        {"memory_swap", "5"},
        {"spec_memory_limit_bytes", "0"},
        {"oom_events_total", "6"}})
    CHECK_MESSAGE(
        has(text, fmt::format("container_{}{{{}}} {}", wanted.name, labels, wanted.value)),
        wanted.name);
  CHECK(has(text, fmt::format("container_cpu_usage_seconds_total{{{},cpu=\"cpu00\"}} 1", labels)));
  CHECK(has(text, fmt::format("container_cpu_usage_seconds_total{{{},cpu=\"cpu02\"}} 2", labels)));
  CHECK(text.find("cpu=\"cpu01\"") == text.npos);
  CHECK(text.find("cpu_cfs_periods_total") == text.npos);  // It has no limit.
  CHECK(text.find("operation=\"Total\"") != text.npos);
  Topics few{};
  few[static_cast<size_t>(Topic::cpu)] = true;
  const std::string less = written(one, few);
  CHECK(has(less, fmt::format("container_cpu_usage_seconds_total{{{},cpu=\"total\"}} 3", labels)));
  CHECK(less.find("memory_") == less.npos);
  CHECK(less.find("blkio") == less.npos);
}

TEST_CASE("cadvisor: cgroups are found at any depth, and those that are gone have no start") {
  support::Folder folder;
  folder.write("cgroup.controllers", "");
  write_group_2(folder, "docker/" + kId + "/init/");
  folder.write("system.slice/cron.service/cgroup.procs", "");
  Cgroups cgroups(folder.path());
  const auto list = [&](auto enters) {
    const auto found = cgroups.list(enters);
    return std::set<std::string>(found.begin(), found.end());
  };
  CHECK(list([](std::string_view) { return true; }) ==
        std::set<std::string>{"/", "/docker", "/docker/" + kId, "/docker/" + kId + "/init",
                              "/system.slice", "/system.slice/cron.service"});
  CHECK(list([](std::string_view path) { return container_id(path).empty(); }).size() == 5);
  Stats stats;
  cgroups.read("/docker/gone", stats);
  CHECK(!stats.start);
}

TEST_CASE("cadvisor: interfaces of a container") {
  const auto found = interfaces_of(
      "Inter-|   Receive                                                |  Transmit\n"
      " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs\n"
      "    lo: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n"
      "  eth0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n"
      "veth12: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n");
  REQUIRE(found.size() == 1);
  CHECK(found[0].name == "eth0");
  CHECK(found[0].received_bytes == 1);
  CHECK(found[0].received_dropped == 4);
  CHECK(found[0].sent_bytes == 9);
  CHECK(found[0].sent_errors == 11);
}

TEST_CASE("cadvisor: what the daemon says of a container") {
  constexpr std::string_view kJson = R"({
    "Name": "/app", "RestartCount": 2,
    "State": {"Pid": 17, "Health": {"Status": "starting"}},
    "HostConfig": {"NetworkMode": "container:0123"},
    "Config": {"Image": "bb:1", "Env": ["Zone_A=x=y", "SECRET=y", "none"],
               "Labels": {"com.docker.compose.project": "athena",
                          "a.b": "1", "a-b": "2", "e": ""}}})";
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  Arguments arguments;
  arguments.env_metadata_allowlist = {"Zone_", ""};
  const Named all = describe(kJson, arguments).value();
  CHECK(all.name == "app");
  CHECK(all.image == "bb:1");
  CHECK(all.pid == "17");
  CHECK(all.health == 0);
  CHECK(!all.has_network);
  CHECK(all.labels == Pairs{{"container_env_zone_a", "x=y"},
                            {"container_label_a_b", "2"},
                            {"container_label_com_docker_compose_project", "athena"},
                            {"restartcount", "2"}});
  arguments = {.store_container_labels = false, .allowlisted_container_labels = {"a.b"}};
  CHECK(describe(kJson, arguments)->labels ==
        Pairs{{"container_label_a_b", "1"}, {"restartcount", "2"}});
  const Named bare =
      describe(R"({"Name": 1, "State": [], "Config": {"Env": {}, "Labels": 3}})", {}).value();
  CHECK(bare.name.empty());
  CHECK(bare.pid.empty());
  CHECK(bare.health == -1);
  CHECK(bare.has_network);
  CHECK(!describe("[]", {}));
  CHECK(!describe("{", {}));
}

TEST_CASE("cadvisor: groups of metrics") {
  Arguments arguments;
  CHECK(is_enabled(arguments, "memory"));
  arguments.disabled_metrics = {"memory"};
  CHECK(!is_enabled(arguments, "memory"));
  CHECK(is_enabled(arguments, "cpu"));
  arguments.enabled_metrics = {"memory"};
  CHECK(is_enabled(arguments, "memory"));
  CHECK(!is_enabled(arguments, "cpu"));
}

}  // namespace components::prometheus::exporter_cadvisor
