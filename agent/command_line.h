#pragma once
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "agent/agent.h"
#include "agent/doctor/doctor.h"
#include "agent/profile/profile.h"

namespace agent {

struct RunCommand {
  Options options;
};
struct ValidateCommand {
  Options options;
};
struct DoctorCommand {
  doctor::Options options;
  std::string user;  ///< empty: the unit's, when systemd can be asked
  std::vector<std::string> groups;
  bool as_json = false;
};
struct StatusCommand {
  std::string listen_address = "127.0.0.1:12345";
  bool as_json = false;
};
struct ProfileCommand {
  profile::Options options;
};
using Command =
    std::variant<RunCommand, ValidateCommand, DoctorCommand, StatusCommand, ProfileCommand>;

/// Reads the command line of `tributary`. Without value when there is nothing to run: help or the
/// version were printed (exit_code 0), or the usage is wrong and said so (exit_code 2).
std::optional<Command> parse_command_line(int argc, char** argv, int& exit_code);

}  // namespace agent
