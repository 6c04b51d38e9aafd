#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "components/prometheus/shared/signature.h"

/// prometheus.exporter.unix: the metrics of node_exporter.
namespace components::prometheus::exporter_unix {

/// Which devices a collector looks at; empty: all.
struct DeviceFilter {
  river::schema::Regex device_include;
  river::schema::Regex device_exclude;
};

struct Arp : DeviceFilter {
  bool netlink = false;
};

struct Cpu {
  bool guest = false;
  bool info = false;
  river::schema::Regex bugs_include;
  river::schema::Regex flags_include;
};

struct Disk {
  river::schema::Regex device_include;
  river::schema::Regex device_exclude{
      .source = R"(^(ram|loop|fd|(h|s|v|xv)d[a-z]|nvme\d+n\d+p)\d+$)", .compiled = nullptr};
};

struct Ethtool : DeviceFilter {
  river::schema::Regex metrics_include{.source = ".*", .compiled = nullptr};
};

struct Filesystem {
  river::schema::Regex fs_types_exclude{
      .source =
          "^(autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|fusectl|"
          "hugetlbfs|iso9660|mqueue|nsfs|overlay|proc|procfs|pstore|rpc_pipefs|securityfs|"
          "selinuxfs|squashfs|sysfs|tracefs)$",
      .compiled = nullptr};
  river::schema::Regex mount_points_exclude{
      .source = "^/(dev|proc|run/credentials/.+|sys|var/lib/docker/.+)($|/)", .compiled = nullptr};
  river::schema::Duration mount_timeout = std::chrono::seconds(5);
};

struct Hwmon {
  river::schema::Regex chip_include;
  river::schema::Regex chip_exclude;
};

struct Netclass {
  bool ignore_invalid_speed_device = false;
  river::schema::Regex ignored_devices{.source = "^$", .compiled = nullptr};
};

struct Netdev : DeviceFilter {
  bool address_info = false;
};

/// Fields of a file of statistics that become metrics.
struct Netstat {
  river::schema::Regex fields{
      .source =
          "^(.*_(InErrors|InErrs)|Ip_Forwarding|Ip(6|Ext)_(InOctets|OutOctets)|"
          "Icmp6?_(InMsgs|OutMsgs)|TcpExt_(Listen.*|Syncookies.*|TCPSynRetrans|TCPTimeouts)|"
          "Tcp_(ActiveOpens|InSegs|OutSegs|OutRsts|PassiveOpens|RetransSegs|CurrEstab)|"
          "Udp6?_(InDatagrams|OutDatagrams|NoPorts|RcvbufErrors|SndbufErrors))$",
      .compiled = nullptr};
};

struct Vmstat {
  river::schema::Regex fields{.source = "^(oom_kill|pgpg|pswp|pg.*fault).*", .compiled = nullptr};
};

struct Powersupply {
  river::schema::Regex ignored_supplies{.source = "^$", .compiled = nullptr};
};

struct Sysctl {
  std::vector<std::string> include;
  std::vector<std::string> include_info;
};

struct Systemd {
  bool enable_restarts = false;
  bool start_time = false;
  bool task_metrics = false;
  river::schema::Regex unit_include{.source = ".+", .compiled = nullptr};
  river::schema::Regex unit_exclude{.source = R"(.+\.(automount|device|mount|scope|slice))",
                                    .compiled = nullptr};
};

struct Textfile {
  std::string directory;
};

struct Arguments {
  bool include_exporter_metrics = false;
  std::string procfs_path = "/proc";
  std::string sysfs_path = "/sys";
  std::string rootfs_path = "/";
  std::string udev_data_path = "/run/udev/data";
  std::vector<std::string> enable_collectors;
  std::vector<std::string> disable_collectors;
  std::vector<std::string> set_collectors;
  Arp arp;
  Cpu cpu;
  Disk disk;
  Ethtool ethtool;
  Filesystem filesystem;
  Hwmon hwmon;
  Netclass netclass;
  Netdev netdev;
  Netstat netstat;
  Powersupply powersupply;
  Sysctl sysctl;
  Systemd systemd;
  Textfile textfile;
  Vmstat vmstat;
};

/// A collector that may be named in the configuration.
struct CollectorName {
  std::string_view name;
  bool on_by_default = true;
  bool is_available = true;  ///< false: Alloy has it, this agent does not yet
};
extern const std::span<const CollectorName> kCollectorNames;

/// Whether the arguments turn the collector on: `set_collectors` replaces the default set,
/// `disable_collectors` takes from it, `enable_collectors` has the last word.
bool is_enabled(const Arguments& arguments, const CollectorName& collector);

extern const river::schema::Signature kSignature;

}  // namespace components::prometheus::exporter_unix
