// hwmon: sensors. A chip is a folder with files TYPE NUMBER _PROPERTY, such as temp1_crit.
#include <climits>
#include <cstdlib>
#include <map>

#include "base/text.h"
#include "components/prometheus/exporter_unix/collectors/collector.h"

namespace components::prometheus::exporter_unix::collectors {
namespace {

constexpr std::string_view kHwmonFolder = "class/hwmon/";
constexpr std::string_view kTypes[] = {
    "beep_enable", "cpu", "curr", "energy",          "fan", "humidity", "in", "intrusion",
    "power",       "pwm", "temp", "update_interval", "vrm"};

struct SensorFile {
  std::string_view type, number, property;
};

/// Nothing for files that are no sensor's.
std::optional<SensorFile> sensor_file(std::string_view name) {
  SensorFile file;
  const size_t digit = name.find_first_of("0123456789");
  file.type = name.substr(0, digit);
  std::string_view rest = digit == name.npos ? std::string_view() : name.substr(digit);
  size_t end = 0;
  while (end < rest.size() && base::is_digit(rest[end])) ++end;
  file.number = digit == name.npos ? "0" : rest.substr(0, end);
  rest.remove_prefix(end);
  if (!rest.empty() && (rest.front() != '_' || rest.size() == 1)) return std::nullopt;
  file.property = rest.empty() ? rest : rest.substr(1);
  for (const std::string_view type : kTypes)
    if (type == file.type) return file;
  return std::nullopt;
}

/// Lower case; what is not of [a-z0-9:_] becomes "_", but for the ends.
std::string clean(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
    out += base::is_letter(c) || base::is_digit(c) || c == ':' ? c : '_';
  }
  const size_t begin = out.find_first_not_of('_');
  if (begin == out.npos) return {};
  return out.substr(begin, out.find_last_not_of('_') + 1 - begin);
}

std::string_view last_part(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

/// The bus and the name of the device: the same over restarts, which "hwmon3" is not.
std::string chip_name(Scrape& scrape, const std::string& folder) {
  char real[PATH_MAX];
  const std::string device =
      scrape.sys.root() + "/" + std::string(kHwmonFolder) + folder + "/device";
  if (::realpath(device.c_str(), real)) {
    const std::string_view path(real);
    const std::string name = clean(last_part(path));
    const std::string bus = clean(last_part(path.substr(0, path.rfind('/'))));
    if (!name.empty()) return bus.empty() ? name : bus + "_" + name;
  }
  const std::string name = clean(scrape.sys.text(kHwmonFolder, folder, "/name").value_or(""));
  return name.empty() ? folder : name;
}

/// How the number of a file is shown.
struct Unit {
  std::string_view suffix;
  double factor = 1;
  double divisor = 1;
  MetricType type = kGauge;
};

Unit unit_of(std::string_view type, std::string_view property) {
  if (property == "fault" || property == "alarm" || property == "beep") return {};
  if (type == "in" || type == "cpu") return {"_volts", 1e-3};
  if (type == "temp" && property != "type") return {"_celsius", 1e-3};
  if (type == "curr") return {"_amps", 1e-3};
  if (type == "energy") return {"_joule_total", 1, 1e6, kCounter};
  if (type == "power" && property == "accuracy") return {"", 1, 1e6};
  if (type == "power" && property.starts_with("average_interval")) return {"_seconds", 1e-3};
  if (type == "power") return {"_watt", 1, 1e6};
  if (type == "humidity") return {"", 1, 1e6};
  const bool is_speed =
      property == "input" || property == "min" || property == "max" || property == "target";
  if (type == "fan" && is_speed) return {"_rpm"};
  return {};
}

struct SensorSample {
  std::string chip, sensor;
  double value;
};
struct SensorFamily {
  MetricType type = kGauge;
  std::string help;
  std::vector<SensorSample> samples;
};
struct SensorText {
  std::string chip, sensor, text;
};

class HwmonCollector {
 public:
  explicit HwmonCollector(const Hwmon& arguments)
      : filter_(arguments.chip_include, arguments.chip_exclude) {}

  bool operator()(Scrape& scrape) {
    families_.clear();
    labels_.clear();
    chips_.clear();
    const std::vector<std::string> folders = scrape.sys.list(scrape.names, kHwmonFolder);
    if (folders.empty()) return false;
    for (const std::string& folder : folders) {
      const std::string chip = chip_name(scrape, folder);
      if (!filter_.passes(chip)) continue;
      read(scrape, chip, std::string(kHwmonFolder) + folder);
      read(scrape, chip, std::string(kHwmonFolder) + folder + "/device");
      const std::string name = clean(scrape.sys.text(kHwmonFolder, folder, "/name").value_or(""));
      if (!name.empty()) chips_.push_back({chip, {}, name});
    }
    write(scrape.out);
    return true;
  }

 private:
  void read(Scrape& scrape, const std::string& chip, const std::string& folder) {
    for (const std::string& name : scrape.sys.list(scrape.names, folder)) {
      const auto file = sensor_file(name);
      if (!file) continue;
      const auto text = scrape.sys.text(folder, "/", name);
      if (!text) continue;  // A sensor that is off answers with an error.
      std::string sensor(file->type);
      sensor += file->number;
      if (file->property == "label") {
        labels_.push_back({chip, sensor, std::string(*text)});
      } else if (const auto value = number_of(*text)) {
        add(chip, std::move(sensor), *file, *value);
      }
    }
  }

  /// `input` is the value itself, so it gives the family its name.
  void add(const std::string& chip, std::string sensor, const SensorFile& file, double value) {
    const Unit unit = unit_of(file.type, file.property);
    std::string name(file.type);
    if (!file.property.empty() && file.property != "input") name += "_" + clean(file.property);
    if (file.property == "beep") name += "_enabled";
    name += unit.suffix;
    SensorFamily& family = families_[name];
    family.type = unit.type;
    family.help = "Hardware monitor for ";
    family.help += file.type;
    family.help += " (";
    family.help += file.property;
    family.help += ")";
    family.samples.push_back({chip, std::move(sensor), value * unit.factor / unit.divisor});
  }

  void write(Exposition& out) const {
    out.family("node_hwmon_", "chip_names", kGauge,
               "Annotation metric for human-readable chip names");
    for (const SensorText& chip : chips_)
      out.sample(1, {{"chip", chip.chip}, {"chip_name", chip.text}});
    out.family("node_hwmon_", "sensor_label", kGauge, "Label for given chip and sensor");
    for (const SensorText& label : labels_)
      out.sample(1, {{"chip", label.chip}, {"sensor", label.sensor}, {"label", label.text}});
    for (const auto& [name, family] : families_) {
      out.family("node_hwmon_", name, family.type, family.help);
      for (const SensorSample& sample : family.samples)
        out.sample(sample.value, {{"chip", sample.chip}, {"sensor", sample.sensor}});
    }
  }

  const Filter filter_;
  std::map<std::string, SensorFamily> families_;
  std::vector<SensorText> labels_, chips_;
};

Collect make_hwmon(const Arguments& arguments) {
  return [collector = std::make_shared<HwmonCollector>(arguments.hwmon)](Scrape& scrape) {
    return (*collector)(scrape);
  };
}

constexpr CollectorKind kHwmonKinds[] = {{"hwmon", make_hwmon}};

}  // namespace

std::span<const CollectorKind> hwmon_collectors() {
  return kHwmonKinds;
}

}  // namespace components::prometheus::exporter_unix::collectors
