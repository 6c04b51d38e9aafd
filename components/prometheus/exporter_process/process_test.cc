#include "components/prometheus/exporter_process/process.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <map>

#include "components/prometheus/shared/words.h"
#include "tests/support/folder.h"

namespace components::prometheus::exporter_process {
namespace {

struct Pretended {
  int pid = 0, parent = 1;
  std::string comm, cmdline;
  int user_ticks = 0, start = 10;
  int threads = 1;
};

/// A procfs with these processes; times in ticks of 10 ms.
void write(const support::Folder& folder, const std::vector<Pretended>& processes) {
  for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
    std::filesystem::remove_all(entry.path());
  folder.write("stat", "btime 1000\n");
  for (const Pretended& p : processes) {
    const auto stat = [&](int id, std::string_view comm) {
      return fmt::format("{} ({}) S {} 0 0 0 0 0 7 0 8 0 {} 100 0 0 20 0 {} 0 {} 4096 2\n", id,
                         comm, p.parent, p.user_ticks, p.threads, p.start);
    };
    const std::string below = std::to_string(p.pid) + "/";
    folder.write(below + "stat", stat(p.pid, p.comm));
    folder.write(below + "cmdline", p.cmdline);
    folder.write(below + "status", "Uid:\t0\t0\t0\t0\nVmSwap: 2 kB\nvoluntary_ctxt_switches:\t3\n");
    folder.write(below + "io", "read_bytes: 5\nwrite_bytes: 6\n");
    folder.write(below + "limits", "Max open files            4          8          files\n");
    folder.write(below + "fd/0", "");
    folder.write(below + "smaps_rollup", "Pss: 4 kB\nSwapPss: 1 kB\n");
    for (int thread = 0; p.threads > 1 && thread < p.threads; ++thread)
      folder.write(fmt::format("{}task/{}/stat", below, p.pid + thread),
                   stat(p.pid + thread, thread == 0 ? p.comm : "worker"));
  }
}

std::string argv(std::initializer_list<std::string_view> words) {
  std::string text;
  for (const std::string_view word : words) text.append(word).push_back('\0');
  return text;
}

/// The samples of one scrape by their text.
std::map<std::string, double> scraped(Process& exporter) {
  std::string text;
  exporter.expose(text);
  std::map<std::string, double> samples;
  std::string_view left = text, line;
  constexpr std::string_view kPrefix = "namedprocess_namegroup_";
  while (next_line(left, line)) {
    const size_t blank = line.rfind(' ');
    if (line.starts_with(kPrefix))
      samples[std::string(line.substr(kPrefix.size(), blank - kPrefix.size()))] =
          number_of(line.substr(blank + 1)).value_or(-1);
  }
  return samples;
}

Arguments arguments_of(const support::Folder& folder, std::vector<Matcher> matchers) {
  Arguments arguments;
  arguments.procfs_path = folder.path();
  arguments.matcher = std::move(matchers);
  return arguments;
}

}  // namespace

TEST_CASE("process: which group a process is of") {
  const support::Folder folder;
  write(
      folder,
      {{.pid = 5, .comm = "a (b) c", .cmdline = argv({"/usr/bin/postgres", "-D", "/data/main"})}});
  struct Case {
    Matcher matcher;
    std::string_view group;  ///< empty: none
  };
  const auto regex = [](std::string source) {
    return river::schema::Regex{.source = std::move(source), .compiled = nullptr};
  };
  for (const auto& c : {
           Case{{.name = "", .comm = {"a (b) c"}}, "postgres"},
           Case{{.name = "{{.Comm}}-{{ .ExeFull }}", .comm = {"x", "a (b) c"}},
                "a (b) c-/usr/bin/postgres"},
           Case{{.name = "x", .comm = {"a"}}, ""},
           Case{{.name = "x", .exe = {"postgres"}}, "x"},
           Case{{.name = "x", .exe = {"/usr/bin/postgres"}}, "x"},
           Case{{.name = "x", .exe = {"/bin/postgres"}}, ""},
           Case{{.name = "pg:{{.Matches.name}}", .cmdline = {regex("-D /data/(?P<name>\\S+)")}},
                "pg:main"},
           Case{{.name = "x", .comm = {"other"}, .cmdline = {regex(".*")}}, ""},
           Case{{.name = "{{.Username}}/{{.PID}}", .exe = {"postgres"}}, "root/5"},
       }) {
    CAPTURE(c.matcher.name);
    Process exporter(arguments_of(folder, {c.matcher}));
    const auto samples = scraped(exporter);
    const std::string key = fmt::format("num_procs{{groupname=\"{}\"}}", c.group);
    CHECK(samples.contains(key) == !c.group.empty());
    CHECK(samples.empty() == c.group.empty());
  }
}

TEST_CASE("process: counters of a group begin at 0, count new processes whole, and stay") {
  const support::Folder folder;
  Arguments arguments = arguments_of(folder, {{.name = "g", .comm = {"g"}}});
  write(folder, {{.pid = 5, .comm = "g", .user_ticks = 1000}});
  Process exporter(arguments);
  const std::string user = "cpu_seconds_total{groupname=\"g\",mode=\"user\"}";
  CHECK(scraped(exporter)[user] == 0);
  write(folder, {{.pid = 5, .comm = "g", .user_ticks = 1100},
                 {.pid = 6, .comm = "g", .user_ticks = 50, .start = 20}});
  CHECK(scraped(exporter)[user] == doctest::Approx(1.5));
  // A pid that is used again is another process.
  write(folder, {{.pid = 5, .comm = "g", .user_ticks = 200, .start = 30}});
  CHECK(scraped(exporter)[user] == doctest::Approx(3.5));
  write(folder, {});
  auto samples = scraped(exporter);
  CHECK(samples[user] == doctest::Approx(3.5));
  CHECK(samples["num_procs{groupname=\"g\"}"] == 0);
  CHECK(samples["oldest_start_time_seconds{groupname=\"g\"}"] == -62135596800);
  arguments.remove_empty_groups = true;
  Process forgetful(arguments);
  CHECK(scraped(forgetful).empty());
}

TEST_CASE("process: children, threads and what is of the moment") {
  const support::Folder folder;
  Arguments arguments = arguments_of(folder, {{.name = "g", .comm = {"g"}}});
  const std::vector<Pretended> family = {
      {.pid = 5, .comm = "g", .threads = 3},
      {.pid = 9, .parent = 5, .comm = "child", .start = 4},
      {.pid = 8, .parent = 9, .comm = "grandchild"},
      {.pid = 7, .parent = 2, .comm = "other"},
  };
  write(folder, family);
  Process exporter(arguments);
  auto samples = scraped(exporter);
  CHECK(samples["num_procs{groupname=\"g\"}"] == 3);
  CHECK(samples["num_threads{groupname=\"g\"}"] == 5);
  CHECK(samples["states{groupname=\"g\",state=\"Sleeping\"}"] == 6);  // Threads count again.
  CHECK(samples["thread_count{groupname=\"g\",threadname=\"worker\"}"] == 2);
  CHECK(samples["oldest_start_time_seconds{groupname=\"g\"}"] == doctest::Approx(1000.04));
  CHECK(samples["worst_fd_ratio{groupname=\"g\"}"] == 0.25);
  CHECK(samples["memory_bytes{groupname=\"g\",memtype=\"swapped\"}"] == 3 * 2048);
  CHECK(samples["memory_bytes{groupname=\"g\",memtype=\"proportionalResident\"}"] == 3 * 4096);
  arguments.track_children = false;
  arguments.track_threads = false;
  Process alone(arguments);
  samples = scraped(alone);
  CHECK(samples["num_procs{groupname=\"g\"}"] == 1);
  CHECK_FALSE(samples.contains("thread_count{groupname=\"g\",threadname=\"worker\"}"));
}

}  // namespace components::prometheus::exporter_process
