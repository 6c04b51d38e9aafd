#pragma once
#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "compiler/inventory/inventory.h"

/// The hosts of an inventory as machines that can be asked, by the program `ssh`.
namespace compiler::ask {

/// The connection variables of one host, rendered: "ansible_host" -> "10.0.0.7".
using Variables = std::map<std::string, std::string, std::less<>>;

/// The variables that command_of() reads.
inline constexpr std::string_view kVariables[] = {
    "ansible_connection",     "ansible_host",
    "ansible_port",           "ansible_ssh_common_args",
    "ansible_ssh_extra_args", "ansible_ssh_private_key_file",
    "ansible_user",           "tributary_flavor",
    "tributary_http_address",
};

struct Target {
  std::string name;
  std::vector<std::string> command;  ///< what asks it; empty when it cannot be asked
  std::string problem;               ///< why not
};

/// The command that asks a host: `tributary status` by ssh, or as it is where ansible_connection
/// is local. Never asks for a password. Fails when a variable makes no sense.
base::Result<std::vector<std::string>> command_of(std::string_view host, const Variables& variables,
                                                  std::chrono::seconds connect_timeout);

/// Splits as a shell does: blanks, quotes and backslashes. Fails on a quote without its end.
base::Result<std::vector<std::string>> split_words(std::string_view text);

/// Targets of `hosts`, names that the inventory holds. Jinja in their connection variables is
/// rendered; what fails is reported and becomes the target's problem.
std::vector<Target> targets_of(inventory::Inventory& inventory,
                               const std::vector<std::string>& hosts,
                               std::chrono::seconds connect_timeout,
                               river::diag::Diagnostics& diagnostics);

}  // namespace compiler::ask
