#pragma once
#include <string>
#include <vector>

namespace agent::doctor {

/// `ignored` is a failure that the operator has asked not to count.
enum class State { ok, warn, fail, ignored };

/// One line of what was found on this host.
struct Check {
  std::string name;  ///< the group of checks: "ports"; what --ignore names
  State state = State::ok;
  std::string message;
  std::string help;  ///< what to do about it; empty when nothing is to be done
};
using Checks = std::vector<Check>;

}  // namespace agent::doctor
