#include "components/pyroscope/ebpf/ebpf.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "profiling/privileges.h"
#include "river/parser.h"
#include "river/schema/decode.h"
#include "telemetry/pprof/reader.h"

namespace {

using namespace components::pyroscope;
using std::chrono_literals::operator""s;

/// What is wrong with the component's body, "C000 message" a line.
std::string problems_of(std::string text, ebpf::Arguments& arguments) {
  river::diag::SourceMap sources;
  river::diag::Diagnostics diagnostics;
  const auto tree = river::parse(sources.add("t", std::move(text)), diagnostics);
  river::schema::decode_body(
      tree->body, {}, ebpf::kSignature.arguments, &arguments,
      [](std::string_view) { return nullptr; }, diagnostics);
  std::string problems;
  for (const auto& finding : diagnostics.items())
    problems += std::string(finding.code) + " " + finding.message + "\n";
  return problems;
}

/// Keeps the first batch.
struct FirstBatch final : telemetry::ProfileReceiver {
  void receive(telemetry::ProfileBatch batch) override {
    base::Lock lock(mutex);
    if (profiles.empty()) profiles = std::move(batch.profiles);
    changed.notify_all();
  }
  bool wait(std::chrono::seconds most) {
    base::Lock lock(mutex);
    return changed.wait_for(mutex, most, [&]() REQUIRES_LOCK(mutex) { return !profiles.empty(); });
  }

  base::Mutex mutex;
  base::Condition changed;
  std::vector<telemetry::Profile> profiles GUARDED_BY(mutex);
};

[[gnu::noinline]] void burn_cpu_for_the_profiler() {
  for (volatile unsigned long turns = 0;;) turns = turns + 1;
}

/// A child that burns CPU time until it is destroyed.
struct BusyChild {
  BusyChild() : pid(::fork()) {
    if (pid == 0) burn_cpu_for_the_profiler();
  }
  ~BusyChild() {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
  }
  const pid_t pid;
};

}  // namespace

TEST_CASE("pyroscope.ebpf: arguments that are refused, each by its name") {
  struct Case {
    std::string text;
    std::string problems;
  };
  const Case cases[] = {
      {"", ""},
      {"sample_rate = 97\ncollect_interval = \"1s\"\ndemangle = \"full\"\npid_label = true", ""},
      {"python_enabled = false\nbpf_fs_root = \"/x\"\npid_cache_size = 5", ""},
      {"debug_info {\n\tworker_num = 3\n}", ""},
      {"sample_rate = 0", "C088 sample_rate must be from 1 to 10000, it is 0\n"},
      {"collect_interval = \"10ms\"", "C088 collect_interval must be at least 1s\n"},
      {"demangle = \"some\"", "C088 demangle must be none, simplified, templates or full\n"},
      {"off_cpu_threshold = 0.5",
       "C090 \"off_cpu_threshold\" is not supported: only CPU time is sampled\n"},
      {"load_probe = true", "C090 \"load_probe\" is not supported: no BPF program is loaded\n"},
      {"u_probe_links = [\"x\"]",
       "C090 \"u_probe_links\" is not supported: no BPF program is loaded\n"},
      {"comm = \"label\"", "C090 \"comm\" is not supported: names of threads are not on samples\n"},
      {"debug_info {\n\tupload = true\n}",
       "C090 \"upload\" is not supported: names are found on the host\n"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    ebpf::Arguments arguments;
    CHECK(problems_of("forward_to = []\n" + c.text + "\n", arguments) == c.problems);
  }
}

TEST_CASE("pyroscope.ebpf: profiles of a target, or why there are none") {
  base::metrics::Registry registry;
  const auto first = std::make_shared<FirstBatch>();
  const BusyChild busy;
  ebpf::Arguments arguments;
  REQUIRE(problems_of("forward_to = []\ncollect_interval = \"1s\"\nsample_rate = 97\n", arguments)
              .empty());
  arguments.forward_to.push_back({first});
  arguments.targets = {{{"__process_pid__", std::to_string(busy.pid)}, {"service_name", "busy"}}};
  ebpf::Ebpf component({.id = "pyroscope.ebpf.test",
                        .data_dir = {},
                        .metrics = {registry, "pyroscope.ebpf.test"},
                        .log = base::Logger(),
                        .publish = [](river::Value) {}},
                       arguments);
  const auto started = component.start();
  if (!started) {
    // Where the kernel permits nothing, the sentence says what is missing.
    CHECK(started.error().message.starts_with("perf_event_open: "));
    CHECK(component.is_incomplete());
    MESSAGE("NOT TESTED against the kernel's perf events: " << started.error().message);
    CHECK(std::getenv("CI") == nullptr);
    return;
  }
  CHECK(first->wait(60s));
  component.stop();
  base::Lock lock(first->mutex);
  REQUIRE(first->profiles.size() == 1);
  const auto& profile = first->profiles.front();
  CHECK(profile.labels.get("service_name") == "busy");
  CHECK(profile.labels.get("__name__") == "process_cpu");
  const auto body = telemetry::pprof::uncompressed(*profile.body, 16 << 20);
  REQUIRE(body);
  const auto contents = telemetry::pprof::read(*body);
  REQUIRE(contents);
  REQUIRE(contents->sample_types.size() == 1);
  CHECK(contents->sample_types[0].type == "cpu");
  CHECK(contents->head.period == 1'000'000'000 / 97);
  int64_t burnt = 0;
  int64_t all = 0;
  for (size_t i = 0; i < contents->samples.size(); ++i) {
    bool is_burning = false;
    for (const uint64_t id : contents->stack_of(contents->samples[i]))
      for (const auto& line : contents->lines_of(contents->locations[id - 1]))
        is_burning |=
            contents->functions[line.function - 1].name.find("burn_cpu") != std::string_view::npos;
    all += contents->values_of(i)[0];
    burnt += is_burning ? contents->values_of(i)[0] : 0;
  }
  CHECK(all > 0);
  CHECK(burnt > all / 10 * 9);
  const std::string metrics = registry.expose();
  CHECK(metrics.find("pyroscope_ebpf_pprofs_total{component_id=\"pyroscope.ebpf.test\","
                     "service_name=\"busy\"}") != std::string::npos);
}
