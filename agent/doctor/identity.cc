#include "agent/doctor/identity.h"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

#include "base/program.h"

namespace agent::doctor {
namespace {

std::vector<gid_t> groups_of(const passwd& entry) {
  int count = 0;
  ::getgrouplist(entry.pw_name, entry.pw_gid, nullptr, &count);
  std::vector<gid_t> groups(static_cast<size_t>(std::max(count, 0)));
  ::getgrouplist(entry.pw_name, entry.pw_gid, groups.data(), &count);
  return groups;
}

}  // namespace

bool Identity::has_group(gid_t group) const {
  return gid == group || std::find(groups.begin(), groups.end(), group) != groups.end();
}

Identity own_identity() {
  Identity own{"", ::geteuid(), ::getegid(), {}};
  const passwd* entry = ::getpwuid(own.uid);
  own.user = entry != nullptr ? entry->pw_name : std::to_string(own.uid);
  own.groups.resize(static_cast<size_t>(std::max(::getgroups(0, nullptr), 0)));
  ::getgroups(static_cast<int>(own.groups.size()), own.groups.data());
  return own;
}

base::Result<Identity> identity_of(const std::string& user, const std::vector<std::string>& more) {
  const passwd* entry = ::getpwnam(user.c_str());
  if (entry == nullptr) return base::fail("this host has no user {}", user);
  Identity found{user, entry->pw_uid, entry->pw_gid, groups_of(*entry)};
  for (const std::string& name : more) {
    const group* known = ::getgrnam(name.c_str());
    if (known == nullptr) return base::fail("this host has no group {}", name);
    if (!found.has_group(known->gr_gid)) found.groups.push_back(known->gr_gid);
  }
  return found;
}

UnitUser parse_unit_user(std::string_view shown) {
  UnitUser unit;
  constexpr std::string_view kUser = "User=";
  constexpr std::string_view kGroups = "SupplementaryGroups=";
  while (!shown.empty()) {
    const size_t end = std::min(shown.find('\n'), shown.size());
    std::string_view line = shown.substr(0, end);
    shown.remove_prefix(std::min(end + 1, shown.size()));
    if (line.starts_with(kUser)) unit.user = line.substr(kUser.size());
    if (!line.starts_with(kGroups)) continue;
    for (line.remove_prefix(kGroups.size()); !line.empty();) {
      const size_t blank = std::min(line.find(' '), line.size());
      if (blank > 0) unit.groups.emplace_back(line.substr(0, blank));
      line.remove_prefix(std::min(blank + 1, line.size()));
    }
  }
  return unit;
}

base::Result<Identity> identity_of_unit(const std::string& unit) {
  if (::geteuid() != 0) return own_identity();
  const auto said =
      base::run_program({"systemctl", "show", "--property=User,SupplementaryGroups", unit});
  if (!said) return own_identity();  // A host without systemd.
  const UnitUser shown = parse_unit_user(said->out);
  return shown.user.empty() ? own_identity() : identity_of(shown.user, shown.groups);
}

base::Result<void> become(const Identity& identity) {
  if (::geteuid() == identity.uid && ::geteuid() != 0) return {};
  if (::setgroups(identity.groups.size(), identity.groups.data()) != 0 ||
      ::setgid(identity.gid) != 0 || ::setuid(identity.uid) != 0)
    return base::fail_errno("become the user " + identity.user, errno);
  return {};
}

std::string group_name(gid_t id) {
  const group* known = ::getgrgid(id);
  return known != nullptr ? known->gr_name : std::to_string(id);
}

}  // namespace agent::doctor
