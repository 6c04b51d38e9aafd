#pragma once
#include <chrono>
#include <optional>
#include <string_view>

namespace agent {

/// Tells the service manager about the agent's state (sd_notify(3) protocol: one datagram to the
/// socket in $NOTIFY_SOCKET). Does nothing when not run by a service manager. Spoken here rather
/// than through libsystemd because that is loaded only when a journal is read.
void notify(std::string_view state);

/// Announces that a reload begins, with its monotonic time as Type=notify-reload wants it; READY=1
/// follows when it is done.
void notify_reloading();

/// How often "WATCHDOG=1" is expected ($WATCHDOG_USEC), when it is at all.
std::optional<std::chrono::microseconds> watchdog_interval();

}  // namespace agent
