#pragma once
#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "agent/doctor/identity.h"
#include "agent/doctor/needs.h"
#include "agent/doctor/ports.h"
#include "io/http/message.h"

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

// Checks of the host itself. Each adds its lines; they run as the agent's user.

/// Does the agent's user have the groups that the configuration's sources need?
void check_groups(const Needs& needs, const Identity& identity, Checks& checks);

/// Can each journal be opened, and is there something in it?
void check_journals(const Needs& needs, Checks& checks);

/// Can each file that the configuration names be read?
void check_files(const Needs& needs, Checks& checks);

/// Is the clock set by somebody? `synchronized` is the file that systemd-timesyncd keeps.
void check_clock(Checks& checks,
                 const std::filesystem::path& synchronized = "/run/systemd/timesync/synchronized");

/// Is there room for positions in the storage folder, and may they be written?
void check_disk(const std::filesystem::path& storage, Checks& checks);

/// Limits of the kernel that the configuration's sources meet. `sys` is another folder in tests.
void check_kernel(const Needs& needs, Checks& checks,
                  const std::filesystem::path& sys = "/proc/sys");

// Checks of what the agent shares with others: ports, daemons, servers. Each adds its lines; they
// run as the agent's user.

/// How long one server may take to answer.
inline constexpr std::chrono::seconds kServerPatience{5};

/// Can each address be listened on? One that the running agent holds already is fine. A free one is
/// bound for a moment, so that addresses and rights are tried, too.
void check_ports(const Needs& needs, const Ports& ports, Checks& checks);

/// Does each Docker daemon answer the agent's user?
void check_dockers(const Needs& needs, Checks& checks);

/// Does each backend answer, over TLS if it is asked for, within kServerPatience? All at once.
void check_backends(const Needs& needs, Checks& checks);

/// What a backend's answer to /ready means. `host` is its name, `now` this host's clock.
Check judge_answer(const std::string& host, const io::http::Response& answer,
                   std::chrono::system_clock::time_point now);

}  // namespace agent::doctor
