#pragma once
#include <sys/types.h>

#include <string>
#include <vector>

#include "base/result.h"

namespace agent::doctor {

/// Whom the agent runs as on this host: a user and all groups that it has then.
struct Identity {
  std::string user;
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;

  bool has_group(gid_t group) const;
};

/// This process's own.
Identity own_identity();

/// A user with the groups that the system gives it and `more` that its unit gives it. Fails for
/// names that this host does not know.
base::Result<Identity> identity_of(const std::string& user, const std::vector<std::string>& more);

/// What systemd would run the unit as; this process's own when it is not root, or when systemd does
/// not know the unit.
base::Result<Identity> identity_of_unit(const std::string& unit);

/// What a unit file says of its user: the lines "User=" and "SupplementaryGroups=" of `systemctl
/// show`.
struct UnitUser {
  std::string user;
  std::vector<std::string> groups;
};
UnitUser parse_unit_user(std::string_view shown);

/// Gives up root for good: what this process may do from now on, the agent may do.
base::Result<void> become(const Identity& identity);

/// "1000" for a group without a name.
std::string group_name(gid_t group);

}  // namespace agent::doctor
