#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "components/prometheus/exporter_cadvisor/signature.h"

/// What is known of one cgroup: what is measured, and what the daemon says of a container.
namespace components::prometheus::exporter_cadvisor {

enum Value {
  kCpuUsage,  ///< seconds, as all of the CPU
  kCpuUser,
  kCpuSystem,
  kPeriods,
  kThrottledPeriods,
  kThrottled,
  kShares,
  kQuota,
  kPeriod,
  kMemoryUsage,  ///< bytes, as all of the memory
  kMaxUsage,
  kWorkingSet,
  kCache,
  kRss,
  kKernelUsage,
  kMappedFile,
  kSwap,
  kActiveFile,
  kInactiveFile,
  kFailures,  ///< times that a limit was hit
  kPageFaults,
  kMajorPageFaults,
  kMemoryLimit,
  kSwapLimit,
  kReservation,
  kOomKills,
  kCpuWaiting,  ///< seconds of pressure
  kCpuStalled,
  kMemoryWaiting,
  kMemoryStalled,
  kIoWaiting,
  kIoStalled,
  kValues
};

/// One operation on one device.
struct DeviceIo {
  std::string_view operation;  ///< "Read", "Write", ...
  std::string device;          ///< "8:0"
  double value = 0;
};

struct Interface {
  std::string name;
  double received_bytes = 0, received_packets = 0, received_errors = 0, received_dropped = 0;
  double sent_bytes = 0, sent_packets = 0, sent_errors = 0, sent_dropped = 0;
};

struct Stats {
  std::array<std::optional<double>, kValues> values;  ///< nothing: the kernel does not tell
  std::optional<double> start;                        ///< Unix time
  std::vector<double> cpu_usage;                      ///< by CPU; v1 alone
  std::vector<DeviceIo> io_bytes, io_operations;
  std::vector<Interface> interfaces;
};

/// What the daemon says of a container that its metrics need.
struct Named {
  std::string name, image;
  /// Labels of its series besides id, name and image: those of the container, of its environment.
  std::vector<std::pair<std::string, std::string>> labels;
  std::string pid;          ///< of its first process; empty: it does not run
  bool has_network = true;  ///< false: it is in that of another container
  double health = -1;       ///< 1 healthy, 0 not, -1 nothing checks it
};

/// Reads the answer of /containers/ID/json, of which these count:
///     Name, RestartCount, State.Pid, State.Health.Status, HostConfig.NetworkMode,
///     Config.Image, Config.Labels, Config.Env
/// Labels and variables are those that the arguments let through. Pure. Members that are absent or
/// of another type are left at their defaults.
base::Result<Named> describe(std::string_view json, const Arguments& arguments);

/// The interfaces in a text of /proc/net/dev, but those that lead into containers, and loopback.
std::vector<Interface> interfaces_of(std::string_view net_dev);

}  // namespace components::prometheus::exporter_cadvisor
