#include "agent/agent.h"

#include <link.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bit>
#include <cstdio>
#include <span>
#include <utility>

#include "agent/graph/graph.h"
#include "agent/notify.h"
#include "base/version.h"
#include "components/catalog.h"
#include "components/shared/memory.h"
#include "river/diag/render.h"

namespace agent {
namespace {

using river::diag::OutputFormat;

std::string rendered(const graph::Loaded& loaded) {
  return render(loaded.diagnostics, loaded.configuration->sources, OutputFormat::text);
}

/// What prometheus.exporter.self exposes.
class OwnMetrics final : public components::prometheus::Exporter {
 public:
  explicit OwnMetrics(std::function<std::string()> read) : read_(std::move(read)) {}
  void expose(std::string& out) override { out += read_(); }

 private:
  const std::function<std::string()> read_;
};

/// Unmaps the pages of one object of the process that hold its code and constants: they are in the
/// page cache, and those that are used come back. What relocation has written is left alone.
int unmap_code(dl_phdr_info* object, size_t, void*) {
  const auto page_bytes = static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE));
  for (const auto& segment : std::span(object->dlpi_phdr, object->dlpi_phnum)) {
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
    const uintptr_t begin = object->dlpi_addr + segment.p_vaddr;
    const uintptr_t page = begin & ~(page_bytes - 1);
    ::madvise(std::bit_cast<void*>(page), begin - page + segment.p_memsz, MADV_DONTNEED);
  }
  return 1;  // The program is the first object; libraries are shared with others.
}

}  // namespace

Agent::Agent(Options options)
    : options_(std::move(options)),
      graph_(graph::builders(), {options_.storage, options_.queue_size}, metrics_, [this] {
        loop_.post([this] {
          graph_.propagate();
          schedule_retry();  // What a component could not take now, it may take later.
        });
      }) {
  last_load_successful_ =
      metrics_.gauge("tributary_config_last_load_successful",
                     "1 when the last load of the configuration succeeded.", {});
  longest_turn_ = metrics_.gauge("tributary_control_longest_turn_seconds",
                                 "Longest time that the control thread was busy at a stretch.", {});
  build_info_ = metrics_.gauge("tributary_build_info", "Always 1; the version is a label.",
                               {{"version", std::string(base::kVersion)}});
  build_info_->set(1);
  graph_.exporters().set_agent(std::make_shared<OwnMetrics>([this] { return own_metrics(); }));
  limit_memory();
}

void Agent::limit_memory() {
  using components::Memory;
  const size_t limit = options_.memory_limit > 0 ? options_.memory_limit : Memory::default_limit();
  Memory::of_process().set_limit(limit);
  memory_limit_ = metrics_.gauge("tributary_memory_limit_bytes",
                                 "What all queues of the agent may hold together.", {});
  memory_limit_->set(static_cast<double>(limit));
  for (const char* use : Memory::kUses)
    memory_used_.push_back(metrics_.gauge("tributary_memory_budget_bytes",
                                          "What queues of the agent hold.", {{"used_by", use}}));
}

int Agent::run() {
  if (auto prepared = prepare(); !prepared) {
    base::Logger().error("{}", prepared.error().message);
    return 2;
  }
  const ReloadAnswer first = reload();
  if (!first.loaded()) {
    std::fputs(first.text.c_str(), stderr);
    return first.result == ReloadAnswer::Result::findings ? 1 : 2;
  }
  notify("READY=1");
  keep_watchdog_fed();
  loop_.run();
  return 0;
}

base::Result<void> Agent::prepare() {
  auto handled = loop_.handle_signals({SIGINT, SIGTERM, SIGHUP}, [this](int signal) {
    if (signal != SIGHUP) return stop();
    if (is_stopping_) return;
    const ReloadAnswer answer = reload();
    if (!answer.loaded()) base::Logger().error("reload refused: {}", answer.text);
  });
  if (!handled) return handled;
  std::error_code code;
  std::filesystem::create_directories(options_.storage, code);
  if (code)
    return base::fail("cannot make the storage folder {}: {}", options_.storage.string(),
                      code.message());
  base::Logger().info("tributary {} starts", base::kVersion);
  return serve({});
}

ReloadAnswer Agent::reload() {
  const bool runs_already = !graph_.hash().empty();
  if (runs_already) notify_reloading();
  ReloadAnswer answer;
  if (auto loaded = graph::load(options_.config, components::catalog(), options_.stability))
    answer = activate(std::move(*loaded));
  else
    answer.text = loaded.error().message + "\n";
  last_load_successful_->set(answer.loaded() ? 1 : 0);
  schedule_retry();
  schedule_end_of_drained();
  if (runs_already) notify("READY=1");
  // Reading a configuration and starting touch most of the program, running little of it.
  loop_.after(limits::kStartedAfter, [] { ::dl_iterate_phdr(unmap_code, nullptr); });
  return answer;
}

ReloadAnswer Agent::activate(graph::Loaded loaded) {
  if (loaded.diagnostics.has_errors()) return {ReloadAnswer::Result::findings, rendered(loaded)};
  const std::string warnings = rendered(loaded);
  const std::string hash = loaded.configuration->hash;
  loaded.diagnostics = {};
  if (!graph_.apply(loaded.configuration, loaded.diagnostics)) {
    loaded.diagnostics.sort();
    return {ReloadAnswer::Result::findings, rendered(loaded)};
  }
  config_hash_ =
      metrics_.gauge("tributary_config_hash",
                     "1 for the running configuration, named by its SHA-256.", {{"sha256", hash}});
  config_hash_->set(1);
  apply_http_block();
  if (!warnings.empty()) base::Logger().warn("{}", warnings);
  base::Logger().info("configuration {} is running", hash.substr(0, 12));
  return {ReloadAnswer::Result::loaded, warnings + "config reloaded\n"};
}

void Agent::keep_watchdog_fed() {
  const auto interval = watchdog_interval();
  if (!interval) return;
  notify("WATCHDOG=1");
  loop_.after(std::chrono::duration_cast<std::chrono::milliseconds>(*interval / 2),
              [this] { keep_watchdog_fed(); });
}

void Agent::stop() {
  if (std::exchange(is_stopping_, true)) return loop_.quit();
  notify("STOPPING=1");
  base::Logger().info("stopping");
  loop_.close_to_questions();  // Its threads may be asking this one, which waits for their end.
  server_->stop();
  graph_.stop(graph::Graph::Clock::now() + graph::Graph::kDrainMax);
  if (!graph_.is_draining()) return loop_.quit();
  schedule_end_of_drained();
  keep_stopping_known();
}

void Agent::keep_stopping_known() {
  const std::chrono::microseconds patience = limits::kStillStoppingPatience;
  notify(fmt::format("EXTEND_TIMEOUT_USEC={}", patience.count()));
  loop_.after(limits::kStillStoppingInterval, [this] { keep_stopping_known(); });
}

void Agent::schedule_end_of_drained() {
  if (end_of_drained_scheduled_ || !graph_.is_draining()) return;
  end_of_drained_scheduled_ = true;
  loop_.after(limits::kDrainPoll, [this] {
    end_of_drained_scheduled_ = false;
    graph_.end_drained();
    if (is_stopping_ && !graph_.is_draining()) return loop_.quit();
    schedule_retry();
    schedule_end_of_drained();
  });
}

void Agent::schedule_retry() {
  if (retry_scheduled_ || !graph_.has_failed()) return;
  retry_scheduled_ = true;
  loop_.after(limits::kRetryStartInterval, [this] {
    retry_scheduled_ = false;
    graph_.retry_failed();
    schedule_retry();
  });
}

}  // namespace agent
