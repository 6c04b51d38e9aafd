// netclass: properties of network devices in sysfs.
#include <optional>

#include "components/prometheus/exporter_unix/collectors/collector.h"

namespace components::prometheus::exporter_unix::collectors {
namespace {

/// A property that is a number, and the metric that it becomes.
struct Property {
  std::string_view file, name;
  MetricType type = kGauge;
};

constexpr Property kProperties[] = {
    {"addr_assign_type", "address_assign_type"},
    {"carrier", "carrier"},
    {"carrier_changes", "carrier_changes_total", kCounter},
    {"carrier_down_count", "carrier_down_changes_total", kCounter},
    {"carrier_up_count", "carrier_up_changes_total", kCounter},
    {"dev_id", "device_id"},
    {"dormant", "dormant"},
    {"flags", "flags"},
    {"ifindex", "iface_id"},
    {"iflink", "iface_link"},
    {"link_mode", "iface_link_mode"},
    {"mtu", "mtu_bytes"},
    {"name_assign_type", "name_assign_type"},
    {"netdev_group", "net_dev_group"},
    {"type", "protocol_type"},
    {"speed", "speed_bytes"},
    {"tx_queue_len", "transmit_queue_length"},
};
constexpr size_t kFlags = 7;
constexpr size_t kSpeed = 15;
constexpr uint64_t kIsUp = 1;  // IFF_UP

struct Device {
  std::string name, address, broadcast, duplex, operstate, alias;
  std::optional<double> values[std::size(kProperties)];
};

/// Flags and ids are hexadecimal with 0x.
std::optional<double> property_value(std::optional<std::string_view> text) {
  if (!text) return std::nullopt;
  if (!text->starts_with("0x")) return number_of(*text);
  const auto value = integer_of(text->substr(2), 16);
  return value ? std::optional<double>(static_cast<double>(*value)) : std::nullopt;
}

class NetclassCollector {
 public:
  explicit NetclassCollector(const Netclass& arguments)
      : ignored_(arguments.ignored_devices),
        without_invalid_speed_(arguments.ignore_invalid_speed_device) {}

  bool operator()(Scrape& scrape) {
    devices_.clear();
    for (const std::string& name : scrape.sys.list(scrape.names, "class/net"))
      if (!ignored_.matches(name) && scrape.sys.exists("class/net/", name, "/operstate"))
        devices_.push_back(device(scrape, name));
    if (devices_.empty()) return false;
    write(scrape.out);
    return true;
  }

 private:
  Device device(Scrape& scrape, const std::string& name) const {
    const auto text = [&](std::string_view file) {
      return std::string(scrape.sys.text("class/net/", name, "/", file).value_or(""));
    };
    Device found{.name = name,
                 .address = text("address"),
                 .broadcast = text("broadcast"),
                 .duplex = text("duplex"),
                 .operstate = text("operstate"),
                 .alias = text("ifalias")};
    for (size_t i = 0; i < std::size(kProperties); ++i)
      found.values[i] =
          property_value(scrape.sys.text("class/net/", name, "/", kProperties[i].file));
    if (auto& speed = found.values[kSpeed]) {
      // An unknown speed is -1, which the reference multiplies, too.
      if (*speed < 0 && without_invalid_speed_) speed.reset();
      if (speed) *speed *= 1e6 / 8;
    }
    return found;
  }

  void write(Exposition& out) const {
    std::string help;
    for (size_t i = 0; i < std::size(kProperties); ++i) {
      help = "Network device property: ";
      help += kProperties[i].name;
      out.family("node_network_", kProperties[i].name, kProperties[i].type, help);
      for (const Device& device : devices_)
        if (device.values[i]) out.sample(*device.values[i], {{"device", device.name}});
    }
    out.family("node_network_", "info", kGauge,
               "Non-numeric data from /sys/class/net/<iface>, value is always 1.");
    for (const Device& device : devices_) {
      const auto flags = static_cast<uint64_t>(device.values[kFlags].value_or(0));
      out.sample(1, {{"device", device.name},
                     {"address", device.address},
                     {"broadcast", device.broadcast},
                     {"duplex", device.duplex},
                     {"operstate", device.operstate},
                     {"adminstate", flags & kIsUp ? "up" : "down"},
                     {"ifalias", device.alias}});
    }
    out.family("node_network_", "up", kGauge, "Value is 1 if operstate is 'up', 0 otherwise.");
    for (const Device& device : devices_)
      out.sample(device.operstate == "up", {{"device", device.name}});
  }

  const Pattern ignored_;
  const bool without_invalid_speed_;
  std::vector<Device> devices_;
};

Collect make_netclass(const Arguments& arguments) {
  return [collector = std::make_shared<NetclassCollector>(arguments.netclass)](Scrape& scrape) {
    return (*collector)(scrape);
  };
}

constexpr CollectorKind kNetclassKinds[] = {{"netclass", make_netclass}};

}  // namespace

std::span<const CollectorKind> netclass_collectors() {
  return kNetclassKinds;
}

}  // namespace components::prometheus::exporter_unix::collectors
