#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "agent/doctor/checks.h"
#include "agent/doctor/identity.h"
#include "river/schema/signature.h"

namespace agent::doctor {

struct Options {
  std::filesystem::path config = "/etc/tributary/config.river";
  std::filesystem::path storage = "/var/lib/tributary";
  std::string listen_address = "127.0.0.1:12345";
  river::schema::Stability stability = river::schema::Stability::generally_available;
  std::vector<std::string> ignored;  ///< names of checks whose failures do not count
};

/// The names that Options::ignored may hold.
inline constexpr std::string_view kNames[] = {"config", "groups", "ports", "docker", "journal",
                                              "files",  "clock",  "disk",  "kernel", "endpoints"};

/// Checks as the user `identity` whether this host can run the configuration. Nothing is changed
/// but a file written to the storage folder and removed. When this process is root it is `identity`
/// afterwards. Takes seconds at most. Fails when the configuration cannot be read, or the identity
/// not be taken.
base::Result<Checks> examine(const Options& options, const Identity& identity);

size_t count(const Checks& checks, State state);
/// One line a check, what to do below it, and a summary.
std::string as_text(const Checks& checks);
/// {"checks": [{name, state, message, help}], "failures": N, "warnings": N}
std::string as_json(const Checks& checks);

}  // namespace agent::doctor
