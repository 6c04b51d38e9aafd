#pragma once
#include <string>
#include <string_view>

/// What the control groups of a process say of it: the text of /proc/PID/cgroup (version 1 and 2),
/// which is not to be trusted.
namespace base {

/// The container's id: 64 hexadecimal digits, or 32, a hyphen and digits (ECS), as the last part of
/// a path but for a prefix such as "docker-", a suffix ".scope" and one more part. Empty: none.
std::string container_id(std::string_view cgroups);

/// The systemd unit: the last part that ends in .service or .scope. Empty: none.
std::string systemd_unit(std::string_view cgroups);

}  // namespace base
