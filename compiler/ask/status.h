#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/program.h"

namespace compiler::ask {

/// What an agent says of itself; the JSON of `tributary status`.
struct Answer {
  std::string version;
  std::string config;  ///< SHA-256 of what it runs
  bool healthy = false;
  std::string worst;  ///< "COMPONENT: message" of the first unhealthy one
  uint64_t sent = 0;
  uint64_t dropped = 0;
  uint64_t waiting = 0;
  double lag_seconds = 0;
  double uptime_seconds = 0;
};
base::Result<Answer> parse_answer(std::string_view json);

/// One host: what it should run and what it does run.
struct HostStatus {
  std::string name;
  std::string compiled;          ///< SHA-256 of the config compiled now; empty: it has errors
  std::optional<Answer> answer;  ///< none: see problem
  bool unreachable = false;      ///< the host itself, not only its agent, did not answer
  std::string problem;

  bool is_current() const { return answer && !compiled.empty() && answer->config == compiled; }
  bool is_well() const { return is_current() && answer->healthy; }
};

/// Takes in how the command ended that asked the host.
void read_end(const base::Result<base::ProgramOutput>& end, HostStatus& status);

/// A line a host, with a second one for what is wrong, and a summary.
std::string as_table(const std::vector<HostStatus>& hosts);
/// {"hosts": {NAME: {...}}, "current": N, "unwell": N, "unreachable": N}
std::string as_json(const std::vector<HostStatus>& hosts);

}  // namespace compiler::ask
