// diskstats: block devices, with what udev knows of them.
#include <array>
#include <map>

#include "components/prometheus/exporter_unix/collectors/collector.h"

namespace components::prometheus::exporter_unix::collectors {
namespace {

struct DiskColumn {
  std::string_view name, help;
  MetricType type = kCounter;
  double factor = 1;
};

constexpr double kSector = 512;
constexpr double kMillisecond = 1e-3;

/// The columns of /proc/diskstats after the name. Kernels before 4.18 end with the eleventh, those
/// before 5.5 with the fifteenth.
constexpr DiskColumn kDiskColumns[] = {
    {"reads_completed_total", "The total number of reads completed successfully."},
    {"reads_merged_total", "The total number of reads merged."},
    {"read_bytes_total", "The total number of bytes read successfully.", kCounter, kSector},
    {"read_time_seconds_total", "The total number of seconds spent by all reads.", kCounter,
     kMillisecond},
    {"writes_completed_total", "The total number of writes completed successfully."},
    {"writes_merged_total", "The number of writes merged."},
    {"written_bytes_total", "The total number of bytes written successfully.", kCounter, kSector},
    {"write_time_seconds_total", "This is the total number of seconds spent by all writes.",
     kCounter, kMillisecond},
    {"io_now", "The number of I/Os currently in progress.", kGauge},
    {"io_time_seconds_total", "Total seconds spent doing I/Os.", kCounter, kMillisecond},
    {"io_time_weighted_seconds_total", "The weighted # of seconds spent doing I/Os.", kCounter,
     kMillisecond},
    {"discards_completed_total", "The total number of discards completed successfully."},
    {"discards_merged_total", "The total number of discards merged."},
    {"discarded_sectors_total", "The total number of sectors discarded successfully."},
    {"discard_time_seconds_total", "This is the total number of seconds spent by all discards.",
     kCounter, kMillisecond},
    {"flush_requests_total", "The total number of flush requests completed successfully"},
    {"flush_requests_time_seconds_total",
     "This is the total number of seconds spent by all flush requests.", kCounter, kMillisecond},
};

struct BlockDevice {
  std::string name, major, minor;
  std::array<double, std::size(kDiskColumns)> values{};
  size_t count = 0;
  std::map<std::string, std::string, std::less<>> properties;  ///< udev's

  std::string_view property(std::string_view key) const {
    const auto found = properties.find(key);
    return found == properties.end() ? std::string_view() : std::string_view(found->second);
  }
};

class DiskCollector {
 public:
  explicit DiskCollector(const Disk& arguments)
      : filter_(arguments.device_include, arguments.device_exclude) {}

  bool operator()(Scrape& scrape) {
    const auto text = scrape.proc.read("diskstats");
    if (!text) return false;
    read(*text);
    for (BlockDevice& device : devices_) read_udev(scrape, device);
    for (size_t column = 0; column < std::size(kDiskColumns); ++column) {
      const DiskColumn& kind = kDiskColumns[column];
      scrape.out.family("node_disk_", kind.name, kind.type, kind.help);
      for (const BlockDevice& device : devices_)
        if (column < device.count)
          scrape.out.sample(device.values[column] * kind.factor, {{"device", device.name}});
    }
    infos(scrape.out);
    ata(scrape.out);
    return true;
  }

 private:
  void read(std::string_view text) {
    devices_.clear();
    std::string_view line;
    while (next_line(text, line)) {
      const std::string_view major = next_word(line), minor = next_word(line);
      const std::string_view name = next_word(line);
      if (name.empty() || !filter_.passes(name)) continue;
      BlockDevice& device = devices_.emplace_back();
      device.name = name;
      device.major = major;
      device.minor = minor;
      for (double& value : device.values) {
        const auto number = number_of(next_word(line));
        if (!number) break;
        value = *number;
        ++device.count;
      }
    }
  }

  /// Lines "E:NAME=VALUE".
  static void read_udev(Scrape& scrape, BlockDevice& device) {
    auto text = scrape.udev.read("b", device.major, ":", device.minor);
    std::string_view line;
    while (text && next_line(*text, line)) {
      if (!line.starts_with("E:")) continue;
      line.remove_prefix(2);
      const std::string_view name = take_until(line, '=');
      device.properties.emplace(name, line);
    }
  }

  void infos(Exposition& out) const {
    out.family("node_disk_", "info", kGauge, "Info of /sys/block/<block_device>.");
    for (const BlockDevice& device : devices_) {
      std::string_view serial = device.property("SCSI_IDENT_SERIAL");
      if (serial.empty()) serial = device.property("ID_SERIAL_SHORT");
      out.sample(1, {{"device", device.name},
                     {"major", device.major},
                     {"minor", device.minor},
                     {"path", device.property("ID_PATH")},
                     {"wwn", device.property("ID_WWN")},
                     {"model", device.property("ID_MODEL")},
                     {"serial", serial},
                     {"revision", device.property("ID_REVISION")}});
    }
    out.family("node_disk_", "filesystem_info", kGauge, "Info about disk filesystem.");
    for (const BlockDevice& device : devices_)
      if (const auto type = device.property("ID_FS_TYPE"); !type.empty())
        out.sample(1, {{"device", device.name},
                       {"type", type},
                       {"usage", device.property("ID_FS_USAGE")},
                       {"uuid", device.property("ID_FS_UUID")},
                       {"version", device.property("ID_FS_VERSION")}});
    out.family("node_disk_", "device_mapper_info", kGauge, "Info about disk device mapper.");
    for (const BlockDevice& device : devices_)
      if (const auto name = device.property("DM_NAME"); !name.empty())
        out.sample(1, {{"device", device.name},
                       {"name", name},
                       {"uuid", device.property("DM_UUID")},
                       {"vg_name", device.property("DM_VG_NAME")},
                       {"lv_name", device.property("DM_LV_NAME")},
                       {"lv_layer", device.property("DM_LV_LAYER")}});
  }

  void ata(Exposition& out) const {
    struct Row {
      std::string_view property, name, help;
    };
    constexpr Row kRows[] = {{"ID_ATA_WRITE_CACHE", "write_cache", "ATA disk has a write cache."},
                             {"ID_ATA_WRITE_CACHE_ENABLED", "write_cache_enabled",
                              "ATA disk has its write cache enabled."},
                             {"ID_ATA_ROTATION_RATE_RPM", "rotation_rate_rpm",
                              "ATA disk rotation rate in RPMs (0 for SSDs)."}};
    for (const Row& row : kRows) {
      out.family("node_disk_ata_", row.name, kGauge, row.help);
      for (const BlockDevice& device : devices_)
        if (const auto value = number_of(device.property(row.property)))
          out.sample(*value, {{"device", device.name}});
    }
  }

  const Filter filter_;
  std::vector<BlockDevice> devices_;
};

Collect make_diskstats(const Arguments& arguments) {
  return [collector = std::make_shared<DiskCollector>(arguments.disk)](Scrape& scrape) {
    return (*collector)(scrape);
  };
}

constexpr CollectorKind kDiskKinds[] = {{"diskstats", make_diskstats}};

}  // namespace

std::span<const CollectorKind> disk_collectors() {
  return kDiskKinds;
}

}  // namespace components::prometheus::exporter_unix::collectors
