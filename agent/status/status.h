#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace agent::status {

struct Unhealthy {
  std::string id;
  std::string message;
};

/// The state of a running agent, read from its HTTP interface.
struct Status {
  std::string version;
  std::string config;  ///< SHA-256 of what it runs; empty: nothing yet
  std::vector<Unhealthy> unhealthy;
  uint64_t sent = 0;       ///< lines that left it, since it started
  uint64_t dropped = 0;    ///< lines lost or refused, since it started
  uint64_t waiting = 0;    ///< lines in its queues, or held back by stages
  double lag_seconds = 0;  ///< how long the oldest line that is on its way has waited
  double uptime_seconds = 0;

  bool healthy() const { return !config.empty() && unhealthy.empty(); }
};

/// Puts together the answers of /metrics and /api/v0/web/components; `now` turns their points in
/// time into durations. Fails when the components are not the agent's JSON.
base::Result<Status> read_answers(std::string_view metrics, std::string_view components,
                                  std::chrono::system_clock::time_point now);

/// Asks the agent that listens at `address`, written as for `run`. Fails when it does not answer
/// within seconds, or with an error.
base::Result<Status> ask(const std::string& address);

std::string as_text(const Status& status);
/// One line: cfgc status reads it.
std::string as_json(const Status& status);

}  // namespace agent::status
