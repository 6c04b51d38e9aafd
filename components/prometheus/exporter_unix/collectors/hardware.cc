// edac, thermal_zone, powersupplyclass, rapl.
#include <map>

#include "base/text.h"
#include "components/prometheus/exporter_unix/collectors/collector.h"

namespace components::prometheus::exporter_unix::collectors {
namespace {

/// Names in a folder that are `prefix` and a number.
std::vector<std::string> numbered(Scrape& scrape, std::string_view folder,
                                  std::string_view prefix) {
  std::vector<std::string> found;
  for (const std::string& name : scrape.sys.list(scrape.names, folder))
    if (name.starts_with(prefix) && integer_of(std::string_view(name).substr(prefix.size())))
      found.push_back(name.substr(prefix.size()));
  return found;
}

/// Memory errors by controller and, as far as it is known, by row of chips.
bool collect_edac(Scrape& scrape) {
  constexpr std::string_view kFolder = "devices/system/edac/mc";
  struct Kind {
    std::string_view file, no_row_file, name, help, row_help;
  };
  constexpr Kind kKinds[] = {
      {"ce_count", "ce_noinfo_count", "correctable_errors_total",
       "Total correctable memory errors.", "Total correctable memory errors for this csrow."},
      {"ue_count", "ue_noinfo_count", "uncorrectable_errors_total",
       "Total uncorrectable memory errors.", "Total uncorrectable memory errors for this csrow."}};
  const std::vector<std::string> controllers = numbered(scrape, kFolder, "mc");
  for (const Kind& kind : kKinds) {
    scrape.out.family("node_edac_", kind.name, kCounter, kind.help);
    for (const std::string& mc : controllers)
      if (const auto value = scrape.sys.number(kFolder, "/mc", mc, "/", kind.file))
        scrape.out.sample(*value, {{"controller", mc}});
    scrape.out.family("node_edac_csrow_", kind.name, kCounter, kind.row_help);
    for (const std::string& mc : controllers) {
      const std::string folder = std::string(kFolder) + "/mc" + mc;
      if (const auto value = scrape.sys.number(folder, "/", kind.no_row_file))
        scrape.out.sample(*value, {{"controller", mc}, {"csrow", "unknown"}});
      for (const std::string& row : numbered(scrape, folder, "csrow"))
        if (const auto value = scrape.sys.number(folder, "/csrow", row, "/", kind.file))
          scrape.out.sample(*value, {{"controller", mc}, {"csrow", row}});
    }
  }
  return true;
}

bool collect_thermal_zone(Scrape& scrape) {
  constexpr std::string_view kFolder = "class/thermal";
  const auto family = [&](std::string_view prefix, std::string_view label, std::string_view file,
                          std::string_view name, std::string_view help, double divisor) {
    scrape.out.family("node_", name, kGauge, help);
    for (const std::string& number : numbered(scrape, kFolder, prefix)) {
      const auto value = scrape.sys.number(kFolder, "/", prefix, number, "/", file);
      if (!value) continue;  // A sensor that is off.
      const auto type = scrape.sys.text(kFolder, "/", prefix, number, "/type");
      scrape.out.sample(*value / divisor, {{label, number}, {"type", type.value_or("")}});
    }
  };
  family("thermal_zone", "zone", "temp", "thermal_zone_temp", "Zone temperature in Celsius", 1000);
  family("cooling_device", "name", "cur_state", "cooling_device_cur_state",
         "Current throttle state of the cooling device", 1);
  family("cooling_device", "name", "max_state", "cooling_device_max_state",
         "Maximum throttle state of the cooling device", 1);
  return true;
}

/// A file of a power supply whose metric has another name than the file.
struct SupplyFile {
  std::string_view file, name;
};
constexpr SupplyFile kSupplyNames[] = {{"charge_now", "charge_ampere"},
                                       {"current_now", "current_ampere"},
                                       {"cycle_count", "cyclecount"},
                                       {"energy_now", "energy_watthour"},
                                       {"power_now", "power_watt"},
                                       {"temp", "temp_celsius"},
                                       {"temp_alert_max", "temp_alert_max_celsius"},
                                       {"temp_alert_min", "temp_alert_min_celsius"},
                                       {"temp_ambient", "temp_ambient_celsius"},
                                       {"temp_ambient_max", "temp_ambient_max_celsius"},
                                       {"temp_ambient_min", "temp_ambient_min_celsius"},
                                       {"temp_max", "temp_max_celsius"},
                                       {"temp_min", "temp_min_celsius"},
                                       {"time_to_empty_now", "time_to_empty_seconds"},
                                       {"time_to_full_now", "time_to_full_seconds"},
                                       {"voltage_now", "voltage_volt"}};
constexpr std::string_view kSupplyTexts[] = {
    "capacity_level", "charge_type", "health",     "manufacturer", "model_name", "scope",
    "serial_number",  "status",      "technology", "type",         "usb_type"};
constexpr std::string_view kSupplyCounts[] = {
    "authentic",   "calibrate", "capacity", "capacity_alert_max", "capacity_alert_min",
    "cycle_count", "online",    "present",  "time_to_empty_now",  "time_to_full_now"};

template <size_t kSize>
bool is_one_of(const std::string_view (&names)[kSize], std::string_view name) {
  for (const std::string_view other : names)
    if (other == name) return true;
  return false;
}

/// How many of the file's units are a base unit; 0: it is not shown.
double supply_divisor(std::string_view file) {
  if (is_one_of(kSupplyCounts, file)) return 1;
  if (file == "temp" || file.starts_with("temp_")) return 10;
  for (const std::string_view unit : {"charge_", "constant_charge_", "current_", "energy_",
                                      "input_current_", "power_", "precharge_", "voltage_"})
    if (file.starts_with(unit)) return 1e6;
  return 0;
}

Collect make_powersupply(const Arguments& arguments) {
  return [ignored = Pattern(arguments.powersupply.ignored_supplies)](Scrape& scrape) {
    constexpr std::string_view kFolder = "class/power_supply";
    if (!scrape.sys.exists(kFolder)) return false;
    std::vector<std::string> supplies = scrape.sys.list(scrape.names, kFolder);
    std::erase_if(supplies, [&](const std::string& name) { return ignored.matches(name); });
    std::map<std::string, std::vector<std::pair<std::string, double>>, std::less<>> families;
    for (const std::string& supply : supplies) {
      for (const std::string& file : scrape.sys.list(scrape.names, kFolder, "/", supply)) {
        const double divisor = supply_divisor(file);
        if (divisor == 0) continue;
        const auto value = scrape.sys.number(kFolder, "/", supply, "/", file);
        if (!value) continue;
        std::string_view name = file;
        for (const SupplyFile& other : kSupplyNames)
          if (other.file == file) name = other.name;
        families[std::string(name)].emplace_back(supply, *value / divisor);
      }
    }
    for (const auto& [name, samples] : families) {
      scrape.out.family("node_power_supply_", name, kGauge,
                        name + " value of /sys/class/power_supply/<power_supply>.");
      for (const auto& [supply, value] : samples)
        scrape.out.sample(value, {{"power_supply", supply}});
    }
    scrape.out.family("node_power_supply_", "info", kGauge,
                      "info of /sys/class/power_supply/<power_supply>.");
    for (const std::string& supply : supplies) {
      std::vector<std::string> values(std::size(kSupplyTexts));
      std::vector<Label> labels = {{"power_supply", supply}};
      for (size_t i = 0; i < values.size(); ++i) {
        values[i] = scrape.sys.text(kFolder, "/", supply, "/", kSupplyTexts[i]).value_or("");
        if (!values[i].empty()) labels.push_back({kSupplyTexts[i], values[i]});
      }
      scrape.out.sample(1, labels);
    }
    return true;
  };
}

/// Energy that the CPU's own counters say. "package-1" is zone 1 of the family "package"; of other
/// names that repeat, each gets the next index.
bool collect_rapl(Scrape& scrape) {
  constexpr std::string_view kFolder = "class/powercap";
  struct Zone {
    std::string index, path;
    double joules;
  };
  std::map<std::string, std::vector<Zone>> families;
  std::map<std::string, int> next_index;
  for (const std::string& folder : scrape.sys.list(scrape.names, kFolder)) {
    if (folder.find(':') == folder.npos) continue;
    std::string name(scrape.sys.text(kFolder, "/", folder, "/name").value_or(""));
    if (name.empty()) continue;
    const size_t dash = name.rfind('-');
    std::string index;
    if (dash != name.npos && integer_of(std::string_view(name).substr(dash + 1))) {
      index = name.substr(dash + 1);
      name.resize(dash);
    } else {
      index = std::to_string(next_index[name]++);
    }
    const auto micro = scrape.sys.number(kFolder, "/", folder, "/energy_uj");
    if (!micro) continue;  // Since Linux 5.10 only root may read it.
    families[name].push_back(
        {index, scrape.sys.root() + "/" + std::string(kFolder) + "/" + folder, *micro / 1e6});
  }
  for (const auto& [name, zones] : families) {
    scrape.out.family("node_rapl_", name + "_joules_total", kCounter,
                      "Current RAPL " + name + " value in joules");
    for (const Zone& zone : zones)
      scrape.out.sample(zone.joules, {{"index", zone.index}, {"path", zone.path}});
  }
  return !families.empty();
}

constexpr CollectorKind kHardwareKinds[] = {{"edac", stateless<collect_edac>},
                                            {"powersupplyclass", make_powersupply},
                                            {"rapl", stateless<collect_rapl>},
                                            {"thermal_zone", stateless<collect_thermal_zone>}};

}  // namespace

std::span<const CollectorKind> hardware_collectors() {
  return kHardwareKinds;
}

}  // namespace components::prometheus::exporter_unix::collectors
