#include "components/prometheus/exporter_unix/signature.h"

#include <algorithm>

namespace components::prometheus::exporter_unix {

using namespace river::schema;

namespace {

constexpr bool kOff = false;
constexpr bool kMissing = false;

constexpr CollectorName kNames[] = {
    {"arp"},
    {"bcache", true, kMissing},
    {"bonding"},
    {"btrfs", true, kMissing},
    {"buddyinfo", kOff, kMissing},
    {"cgroups", kOff},
    {"conntrack"},
    {"cpu"},
    {"cpu_vulnerabilities", kOff, kMissing},
    {"cpufreq"},
    {"diskstats"},
    {"dmi"},
    {"drbd", kOff, kMissing},
    {"drm", kOff, kMissing},
    {"edac"},
    {"entropy"},
    {"ethtool", kOff, kMissing},
    {"fibrechannel", true, kMissing},
    {"filefd"},
    {"filesystem"},
    {"hwmon"},
    {"infiniband", true, kMissing},
    {"interrupts", kOff},
    {"ipvs", true, kMissing},
    {"ksmd", kOff, kMissing},
    {"lnstat", kOff, kMissing},
    {"loadavg"},
    {"logind", kOff, kMissing},
    {"mdadm"},
    {"meminfo"},
    {"meminfo_numa", kOff, kMissing},
    {"mountstats", kOff, kMissing},
    {"netclass"},
    {"netdev"},
    {"netstat"},
    {"network_route", kOff, kMissing},
    {"nfs", true, kMissing},
    {"nfsd", true, kMissing},
    {"ntp", kOff, kMissing},
    {"nvme"},
    {"os"},
    {"perf", kOff, kMissing},
    {"powersupplyclass"},
    {"pressure"},
    {"processes"},
    {"qdisc", kOff, kMissing},
    {"rapl"},
    {"runit", kOff, kMissing},
    {"schedstat"},
    {"selinux"},
    {"slabinfo", kOff, kMissing},
    {"sockstat"},
    {"softirqs", kOff},
    {"softnet"},
    {"stat"},
    {"supervisord", kOff, kMissing},
    {"sysctl", kOff},
    {"systemd", kOff, kMissing},
    {"tapestats", true, kMissing},
    {"tcpstat", kOff},
    {"textfile"},
    {"thermal_zone"},
    {"time"},
    {"timex"},
    {"udp_queues"},
    {"uname"},
    {"vmstat"},
    {"wifi", kOff, kMissing},
    {"xfs", true, kMissing},
    {"zfs", true, kMissing},
    {"zoneinfo", kOff, kMissing},
};

template <class Filter>
void check_filter(const Filter&, Scope& scope) {
  scope.at_most_one({"device_include", "device_exclude"});
}

void check_hwmon(const Hwmon&, Scope& scope) {
  scope.at_most_one({"chip_include", "chip_exclude"});
}

void check_filesystem(const Filesystem& filesystem, Scope& scope) {
  if (scope.known("mount_timeout") && filesystem.mount_timeout.value.count() <= 0)
    scope.error("mount_timeout", "C050", "mount_timeout must be more than 0");
}

constexpr Field kArpFields[] = {
    attr<&Arp::device_include>("device_include", Need::optional, "Regex of devices to show."),
    attr<&Arp::device_exclude>("device_exclude", Need::optional, "Regex of devices to leave out."),
    attr<&Arp::netlink>("netlink", Need::optional,
                        "Accepted; the ARP table is read from /proc/net/arp."),
};
constexpr BlockSchema kArp = schema_of<Arp, check_filter>(kArpFields);

constexpr Field kCpuFields[] = {
    attr<&Cpu::guest>("guest", Need::optional, "Expose node_cpu_guest_seconds_total."),
    attr<&Cpu::info>("info", Need::optional, "Expose node_cpu_info."),
    attr<&Cpu::bugs_include>("bugs_include", Need::optional,
                             "Regex of bugs for node_cpu_bug_info."),
    attr<&Cpu::flags_include>("flags_include", Need::optional,
                              "Regex of flags for node_cpu_flag_info."),
};
constexpr BlockSchema kCpu = schema_of(kCpuFields);

constexpr Field kDiskFields[] = {
    attr<&Disk::device_include>("device_include", Need::optional, "Regex of devices to show."),
    attr<&Disk::device_exclude>("device_exclude", Need::optional, "Regex of devices to leave out."),
};
constexpr BlockSchema kDisk = schema_of<Disk, check_filter>(kDiskFields);

constexpr Field kEthtoolFields[] = {
    attr<&Ethtool::device_include>("device_include", Need::optional, "Regex of devices to show."),
    attr<&Ethtool::device_exclude>("device_exclude", Need::optional,
                                   "Regex of devices to leave out."),
    attr<&Ethtool::metrics_include>("metrics_include", Need::optional, "Regex of statistics."),
};
constexpr BlockSchema kEthtool = schema_of<Ethtool, check_filter>(kEthtoolFields);

constexpr Field kFilesystemFields[] = {
    attr<&Filesystem::fs_types_exclude>("fs_types_exclude", Need::optional,
                                        "Regex of file system types to leave out."),
    attr<&Filesystem::mount_points_exclude>("mount_points_exclude", Need::optional,
                                            "Regex of mount points to leave out."),
    attr<&Filesystem::mount_timeout>("mount_timeout", Need::optional,
                                     "How long to wait for a file system before it is stuck."),
};
constexpr BlockSchema kFilesystem = schema_of<Filesystem, check_filesystem>(kFilesystemFields);

constexpr Field kHwmonFields[] = {
    attr<&Hwmon::chip_include>("chip_include", Need::optional, "Regex of chips to show."),
    attr<&Hwmon::chip_exclude>("chip_exclude", Need::optional, "Regex of chips to leave out."),
};
constexpr BlockSchema kHwmon = schema_of<Hwmon, check_hwmon>(kHwmonFields);

constexpr Field kNetclassFields[] = {
    attr<&Netclass::ignore_invalid_speed_device>("ignore_invalid_speed_device", Need::optional,
                                                 "Leave out speeds that are negative."),
    attr<&Netclass::ignored_devices>("ignored_devices", Need::optional,
                                     "Regex of devices to leave out."),
};
constexpr BlockSchema kNetclass = schema_of(kNetclassFields);

constexpr Field kNetdevFields[] = {
    attr<&Netdev::device_include>("device_include", Need::optional, "Regex of devices to show."),
    attr<&Netdev::device_exclude>("device_exclude", Need::optional,
                                  "Regex of devices to leave out."),
    attr<&Netdev::address_info>("address_info", Need::optional,
                                "Expose node_network_address_info."),
};
constexpr BlockSchema kNetdev = schema_of<Netdev, check_filter>(kNetdevFields);

constexpr Field kNetstatFields[] = {
    attr<&Netstat::fields>("fields", Need::optional, "Regex of fields to show."),
};
constexpr BlockSchema kNetstat = schema_of(kNetstatFields);

constexpr Field kPowersupplyFields[] = {
    attr<&Powersupply::ignored_supplies>("ignored_supplies", Need::optional,
                                         "Regex of power supplies to leave out."),
};
constexpr BlockSchema kPowersupply = schema_of(kPowersupplyFields);

constexpr Field kSysctlFields[] = {
    attr<&Sysctl::include>("include", Need::optional,
                           "Settings whose numbers to show: NAME or NAME:FIELD,FIELD."),
    attr<&Sysctl::include_info>("include_info", Need::optional, "Settings whose text to show."),
};
constexpr BlockSchema kSysctl = schema_of(kSysctlFields);

constexpr Field kSystemdFields[] = {
    attr<&Systemd::enable_restarts>("enable_restarts", Need::optional,
                                    "Expose node_systemd_service_restart_total."),
    attr<&Systemd::start_time>("start_time", Need::optional,
                               "Expose node_systemd_unit_start_time_seconds."),
    attr<&Systemd::task_metrics>("task_metrics", Need::optional,
                                 "Expose node_systemd_unit_tasks_current and _max."),
    attr<&Systemd::unit_include>("unit_include", Need::optional, "Regex of whole unit names."),
    attr<&Systemd::unit_exclude>("unit_exclude", Need::optional,
                                 "Regex of whole names of units to leave out."),
};
constexpr BlockSchema kSystemd = schema_of(kSystemdFields);

constexpr Field kTextfileFields[] = {
    attr<&Textfile::directory>("directory", Need::optional, "Folder of *.prom files."),
};
constexpr BlockSchema kTextfile = schema_of(kTextfileFields);

constexpr Field kVmstatFields[] = {
    attr<&Vmstat::fields>("fields", Need::optional, "Regex of fields to show."),
};
constexpr BlockSchema kVmstat = schema_of(kVmstatFields);

void check_names(std::string_view attribute, const std::vector<std::string>& names, bool is_wanted,
                 Scope& scope) {
  if (!scope.known(attribute)) return;
  std::vector<std::string_view> known;
  for (const CollectorName& collector : kNames) known.push_back(collector.name);
  for (const std::string& name : names) {
    const auto found = std::ranges::find(kNames, name, &CollectorName::name);
    if (found == std::end(kNames)) {
      auto& report = scope.error(attribute, "C094", "\"{}\" is not the name of a collector", name);
      if (const auto near = river::diag::did_you_mean(name, known); !near.empty())
        report.with_help(fmt::format("did you mean \"{}\"?", near));
    } else if (is_wanted && !found->is_available) {
      scope.warning(attribute, "C090", "collector \"{}\" is accepted but has no effect yet", name);
    }
  }
}

void validate(const Arguments& arguments, Scope& scope) {
  check_names("enable_collectors", arguments.enable_collectors, true, scope);
  check_names("disable_collectors", arguments.disable_collectors, false, scope);
  check_names("set_collectors", arguments.set_collectors, true, scope);
  for (const std::string_view name : {"ethtool", "systemd"})
    if (scope.given(name))
      scope.warning(name, "C090", "\"{}\" is accepted but has no effect yet", name);
  if (arguments.include_exporter_metrics)
    scope.warning("include_exporter_metrics", "C090",
                  "\"include_exporter_metrics\" is accepted but has no effect yet");
}

constexpr Field kFields[] = {
    attr<&Arguments::include_exporter_metrics>("include_exporter_metrics", Need::optional,
                                               "Expose metrics of the exporter itself."),
    attr<&Arguments::procfs_path>("procfs_path", Need::optional, "Where procfs is mounted."),
    attr<&Arguments::sysfs_path>("sysfs_path", Need::optional, "Where sysfs is mounted."),
    attr<&Arguments::rootfs_path>(
        "rootfs_path", Need::optional,
        "Where the host's root is mounted; mount points are shown without it."),
    attr<&Arguments::udev_data_path>("udev_data_path", Need::optional,
                                     "Where udev keeps the properties of devices."),
    attr<&Arguments::enable_collectors>("enable_collectors", Need::optional,
                                        "Collectors to turn on; wins over the other lists."),
    attr<&Arguments::disable_collectors>("disable_collectors", Need::optional,
                                         "Collectors to turn off."),
    attr<&Arguments::set_collectors>("set_collectors", Need::optional,
                                     "Collectors to use in place of the default set."),
    block<&Arguments::arp>("arp", Need::optional, "ARP entries.", kArp),
    block<&Arguments::cpu>("cpu", Need::optional, "CPU time.", kCpu),
    block<&Arguments::disk>("disk", Need::optional, "Block devices (diskstats).", kDisk),
    block<&Arguments::ethtool>("ethtool", Need::optional, "Statistics of drivers.", kEthtool),
    block<&Arguments::filesystem>("filesystem", Need::optional, "Space in file systems.",
                                  kFilesystem),
    block<&Arguments::hwmon>("hwmon", Need::optional, "Sensors.", kHwmon),
    block<&Arguments::netclass>("netclass", Need::optional, "Properties of network devices.",
                                kNetclass),
    block<&Arguments::netdev>("netdev", Need::optional, "Traffic of network devices.", kNetdev),
    block<&Arguments::netstat>("netstat", Need::optional, "Statistics of protocols.", kNetstat),
    block<&Arguments::powersupply>("powersupply", Need::optional, "Power supplies.", kPowersupply),
    block<&Arguments::sysctl>("sysctl", Need::optional, "Kernel settings.", kSysctl),
    block<&Arguments::systemd>("systemd", Need::optional, "Units of systemd.", kSystemd),
    block<&Arguments::textfile>("textfile", Need::optional, "Metrics that others write to files.",
                                kTextfile),
    block<&Arguments::vmstat>("vmstat", Need::optional, "Virtual memory.", kVmstat),
};
constexpr BlockSchema kArguments = schema_of<Arguments, validate>(kFields);

}  // namespace

constinit const std::span<const CollectorName> kCollectorNames = kNames;

bool is_enabled(const Arguments& arguments, const CollectorName& collector) {
  const auto is_in = [&](const std::vector<std::string>& names) {
    return std::ranges::find(names, collector.name) != names.end();
  };
  if (is_in(arguments.enable_collectors)) return true;
  if (is_in(arguments.disable_collectors)) return false;
  return arguments.set_collectors.empty() ? collector.on_by_default
                                          : is_in(arguments.set_collectors);
}

const Signature kSignature{
    .name = "prometheus.exporter.unix",
    .doc = "Exposes the metrics of this host, as node_exporter does.",
    .arguments = kArguments,
    .exports = kExporterExports,
    .make_arguments = make_arguments<Arguments>,
};

}  // namespace components::prometheus::exporter_unix
