#pragma once
#include <chrono>
#include <cstddef>

/// Every bound of the agent that is not an argument of a component.
namespace agent::graph::limits {

/// A handler may wait for the control thread, so one slow question must not hold up /metrics.
inline constexpr int kHttpThreads = 2;
inline constexpr size_t kHttpBodyBytesMax = 1 << 20;
/// How long an API call waits for the control thread, which may be busy stopping a component.
inline constexpr std::chrono::milliseconds kControlPatience{30'000};
/// How often a component whose start failed is tried again.
inline constexpr std::chrono::milliseconds kRetryStartInterval{5'000};

}  // namespace agent::graph::limits
