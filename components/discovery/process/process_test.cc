#include "components/discovery/process/process.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>

#include "base/files.h"
#include "tests/support/folder.h"

namespace components::discovery::process {
namespace {

using river::schema::Target;
using river::schema::Targets;

/// A folder like /proc.
class FakeProc {
 public:
  void add(const std::string& pid, const std::string& exe, std::string_view command,
           std::string_view cgroups, std::string_view uid = "0") {
    const std::string folder = root / pid;
    std::filesystem::create_directory(folder);
    if (!exe.empty()) {
      std::filesystem::create_symlink(exe, folder + "/exe");
      std::filesystem::create_symlink("/srv", folder + "/cwd");
    }
    REQUIRE(base::write_file_atomic(folder + "/cmdline", command));
    REQUIRE(base::write_file_atomic(folder + "/cgroup", cgroups));
    REQUIRE(base::write_file_atomic(
        folder + "/status", fmt::format("Name:\tx\nUid:\t{}\t1\t2\t3\nGid:\t9\t9\t9\t9\n", uid)));
  }
  const support::Folder root;
};

const Target* of_pid(const Targets& targets, std::string_view pid) {
  for (const Target& target : targets)
    if (target.contains("__process_pid__") && (*target.find("__process_pid__")).second == pid)
      return &target;
  return nullptr;
}

}  // namespace

TEST_CASE("discovery.process: labels of processes") {
  using namespace std::string_view_literals;
  const std::string id(64, 'a');
  FakeProc proc;
  proc.add("7", "/usr/bin/app", "app\0-x\0\0"sv,
           "1:name=x:/y\n0::/system.slice/docker-" + id + ".scope\n");
  proc.add("8", "/bin/\xff", "bad\xff", "", "4294967294");
  proc.add("9", "", "", "0::/\n");                      // Of the kernel.
  std::filesystem::create_directory(proc.root / "10");  // It has ended.
  std::filesystem::create_directory(proc.root / "self");
  auto found = list_processes(proc.root.path().string(), {});
  REQUIRE(found.targets);
  CHECK(found.problem.empty());
  REQUIRE(found.targets->size() == 2);
  CHECK(of_pid(*found.targets, "7")->labels() ==
        Target::Labels{{"__process_pid__", "7"},
                       {"__meta_process_exe", "/usr/bin/app"},
                       {"__meta_process_cwd", "/srv"},
                       {"__meta_process_commandline", "app -x"},
                       {"__container_id__", id}});
  CHECK(of_pid(*found.targets, "8")->labels() ==
        Target::Labels{{"__process_pid__", "8"}, {"__meta_process_cwd", "/srv"}});

  const DiscoverConfig more{.cwd = false,
                            .exe = false,
                            .commandline = false,
                            .username = true,
                            .uid = true,
                            .container_id = false,
                            .cgroup_path = true};
  found = list_processes(proc.root.path().string(), more);
  REQUIRE(found.targets->size() == 3);
  CHECK(of_pid(*found.targets, "7")->labels() ==
        Target::Labels{{"__process_pid__", "7"},
                       {"__meta_process_uid", "0"},
                       {"__meta_process_username", "root"},
                       {"__meta_process_cgroup_path", "/system.slice/docker-" + id + ".scope"}});
  CHECK(of_pid(*found.targets, "8")->labels() ==
        Target::Labels{{"__process_pid__", "8"}, {"__meta_process_uid", "4294967294"}});
  CHECK(of_pid(*found.targets, "9")->contains("__meta_process_cgroup_path"));

  found = list_processes(proc.root / "nowhere", {});
  CHECK_FALSE(found.targets);
  CHECK_FALSE(found.problem.empty());
}

TEST_CASE("discovery.process: this process") {
  const auto found = list_processes("/proc", {});
  REQUIRE(found.targets);
  const Target* self = of_pid(*found.targets, std::to_string(::getpid()));
  REQUIRE(self != nullptr);
  CHECK((*self->find("__meta_process_exe")).second ==
        std::filesystem::read_symlink("/proc/self/exe").string());
}

TEST_CASE("discovery.process: labels of other targets are joined") {
  const Targets processes = {{{"__process_pid__", "1"}, {"a", "own"}},
                             {{"__process_pid__", "2"}, {"__container_id__", "c1"}},
                             {{"__process_pid__", "3"}, {"__container_id__", "c1"}},
                             {{"__process_pid__", "4"}, {"__container_id__", "c9"}}};
  const Targets join = {{{"__process_pid__", "1"}, {"a", "over"}},
                        {{"__process_pid__", "77"}, {"b", "gone"}},
                        {{"__meta_kubernetes_pod_container_id", "containerd://c1"}, {"pod", "p"}},
                        {{"other", "x"}}};
  const Targets joined = join_targets(processes, join);
  CHECK(joined == Targets{join[1],
                          join[2],
                          join[3],
                          {{"__process_pid__", "1"}, {"a", "over"}},
                          {{"__process_pid__", "2"},
                           {"__container_id__", "c1"},
                           {"__meta_kubernetes_pod_container_id", "containerd://c1"},
                           {"pod", "p"}},
                          {{"__process_pid__", "3"},
                           {"__container_id__", "c1"},
                           {"__meta_kubernetes_pod_container_id", "containerd://c1"},
                           {"pod", "p"}},
                          processes[3]});
  CHECK(join_targets(processes, {}) == processes);
}

}  // namespace components::discovery::process
