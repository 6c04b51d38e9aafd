#pragma once
#include <chrono>
#include <filesystem>

#include "agent/doctor/check.h"
#include "agent/doctor/identity.h"
#include "agent/doctor/needs.h"

/// Checks of the host itself. Each adds its lines; they run as the agent's user.
namespace agent::doctor {

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

}  // namespace agent::doctor
