#pragma once
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agent/graph/control_loop.h"
#include "agent/graph/graph.h"
#include "agent/http/access.h"
#include "base/metrics.h"
#include "io/http/message.h"
#include "io/http/server.h"

/// Every bound of the agent that is not an argument of a component.
namespace agent::limits {

/// A handler may wait for the control thread, so one slow question must not hold up /metrics.
inline constexpr int kHttpThreads = 2;
inline constexpr size_t kHttpBodyBytesMax = 1 << 20;
/// How long an API call waits for the control thread.
inline constexpr std::chrono::milliseconds kControlPatience{30'000};
/// When threads of components have begun, and code that only a start needs may leave memory.
inline constexpr std::chrono::milliseconds kStartedAfter{1'000};
/// How often a component whose start failed is tried again.
inline constexpr std::chrono::milliseconds kRetryStartInterval{5'000};
/// How often it is asked whether components that end have delivered what they had.
inline constexpr std::chrono::milliseconds kDrainPoll{50};
/// While the agent stops, it notifies the service manager at this interval, and asks it to wait
/// this long for the next notification.
inline constexpr std::chrono::milliseconds kStillStoppingInterval{1'000};
inline constexpr std::chrono::milliseconds kStillStoppingPatience{10'000};

}  // namespace agent::limits

namespace agent {

struct Options {
  std::filesystem::path config;
  std::filesystem::path storage = "data-tributary";
  components::QueueSize queue_size = {};
  std::string listen_address = "127.0.0.1:12345";
  size_t memory_limit = 0;  ///< bytes that queues may fill together; 0: Memory::default_limit()
  river::schema::Stability stability = river::schema::Stability::generally_available;
};

/// What a reload gave: for /-/reload and the log.
struct ReloadAnswer {
  enum class Result { loaded, findings, unreadable } result = Result::unreadable;
  std::string text;

  bool loaded() const { return result == Result::loaded; }
};

/// The running program: one graph, one control loop, one HTTP server.
class Agent {
 public:
  explicit Agent(Options options);

  /// Loads, starts, serves until SIGINT or SIGTERM, stops. The exit code of the program: 0, 1 when
  /// the first configuration has errors, 2 when it or the address or the storage cannot be had.
  int run();

 private:
  void limit_memory();
  base::Result<void> prepare();
  base::Result<void> serve(io::http::Server::Options options);
  ReloadAnswer reload();
  ReloadAnswer activate(graph::Loaded loaded);
  io::http::Response answer(const io::http::Request& request);
  /// The agent's own metrics: /metrics and prometheus.exporter.self. Any thread.
  std::string own_metrics();
  /// The metrics of one component, by the path that its target names.
  io::http::Response component_metrics(std::string_view component_id);
  void apply_http_block();
  void restart_server(const io::http::Server::Options& options);
  /// Sent by a timer of the control loop: when its thread is stuck, nobody feeds the watchdog.
  void keep_watchdog_fed();
  void schedule_retry();
  void schedule_end_of_drained();
  /// The first call lets sinks deliver until none has anything left, then ends the loop; a second
  /// one ends it at once.
  void stop();
  void keep_stopping_known();

  const Options options_;
  base::metrics::Registry metrics_;
  graph::ControlLoop loop_;
  graph::Graph graph_;
  std::shared_ptr<base::metrics::Gauge> last_load_successful_;
  std::shared_ptr<base::metrics::Gauge> config_hash_;
  std::shared_ptr<base::metrics::Gauge> build_info_;
  std::shared_ptr<base::metrics::Gauge> longest_turn_;
  std::shared_ptr<base::metrics::Gauge> memory_limit_;
  std::vector<std::shared_ptr<base::metrics::Gauge>> memory_used_;  ///< by Memory::Use
  bool retry_scheduled_ = false;
  bool end_of_drained_scheduled_ = false;
  bool is_stopping_ = false;
  http::Access access_;
  io::http::Server::Options serving_;         ///< what the server was started with
  std::unique_ptr<io::http::Server> server_;  // Last: its handlers use all of the above.
};

}  // namespace agent
