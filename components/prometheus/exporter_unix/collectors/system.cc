// uname, os, dmi: what the host is.
#include <sys/utsname.h>

#include "base/text.h"
#include "components/prometheus/exporter_unix/collectors/collector.h"

namespace components::prometheus::exporter_unix::collectors {
namespace {

bool collect_uname(Scrape& scrape) {
  utsname name{};
  if (::uname(&name) != 0) return false;
  scrape.out.family("node_", "uname_info", kGauge,
                    "Labeled system information as provided by the uname system call.");
  scrape.out.sample(1, {{"sysname", name.sysname},
                        {"release", name.release},
                        {"version", name.version},
                        {"machine", name.machine},
                        {"nodename", name.nodename},
                        {"domainname", name.domainname}});
  return true;
}

/// The value of NAME=VALUE with or without quotes, as os-release(5) has it.
std::string_view os_field(std::string_view text, std::string_view name) {
  std::string_view line;
  while (next_line(text, line)) {
    if (take_until(line, '=') != name) continue;
    line = trim(line);
    if (line.size() >= 2 && (line.front() == '"' || line.front() == '\'') &&
        line.back() == line.front())
      line = line.substr(1, line.size() - 2);
    return line;
  }
  return {};
}

/// The first MAJOR or MAJOR.MINOR in a text.
std::optional<double> os_version(std::string_view text) {
  size_t end = 0;
  bool has_point = false;
  while (end < text.size() && (base::is_digit(text[end]) || (text[end] == '.' && !has_point))) {
    has_point = has_point || text[end] == '.';
    ++end;
  }
  text = text.substr(0, end);
  if (text.ends_with('.')) text.remove_suffix(1);
  return number_of(text);
}

bool collect_os(Scrape& scrape) {
  auto text = scrape.root.read("etc/os-release");
  if (!text) text = scrape.root.read("usr/lib/os-release");
  if (!text) return false;
  const auto of = [&](std::string_view name) { return os_field(*text, name); };
  scrape.out.family("node_os_", "info", kGauge,
                    "A metric with a constant '1' value labeled by build_id, id, id_like, "
                    "image_id, image_version, name, pretty_name, variant, variant_id, version, "
                    "version_codename, version_id.");
  scrape.out.sample(1, {{"build_id", of("BUILD_ID")},
                        {"id", of("ID")},
                        {"id_like", of("ID_LIKE")},
                        {"image_id", of("IMAGE_ID")},
                        {"image_version", of("IMAGE_VERSION")},
                        {"name", of("NAME")},
                        {"pretty_name", of("PRETTY_NAME")},
                        {"variant", of("VARIANT")},
                        {"variant_id", of("VARIANT_ID")},
                        {"version", of("VERSION")},
                        {"version_codename", of("VERSION_CODENAME")},
                        {"version_id", of("VERSION_ID")}});
  const auto version = os_version(of("VERSION_ID"));
  if (!version) return true;
  scrape.out.family("node_os_", "version", kGauge,
                    "Metric containing the major.minor part of the OS version.");
  scrape.out.sample(*version, {{"id", of("ID")}, {"id_like", of("ID_LIKE")}, {"name", of("NAME")}});
  return true;
}

/// The files of this folder that this user may read, each a label. They do not change while the
/// host runs.
bool collect_dmi(Scrape& scrape) {
  struct Row {
    std::string_view file, label;
  };
  constexpr Row kRows[] = {{"bios_date", "bios_date"},
                           {"bios_release", "bios_release"},
                           {"bios_vendor", "bios_vendor"},
                           {"bios_version", "bios_version"},
                           {"board_asset_tag", "board_asset_tag"},
                           {"board_name", "board_name"},
                           {"board_serial", "board_serial"},
                           {"board_vendor", "board_vendor"},
                           {"board_version", "board_version"},
                           {"chassis_asset_tag", "chassis_asset_tag"},
                           {"chassis_serial", "chassis_serial"},
                           {"chassis_vendor", "chassis_vendor"},
                           {"chassis_version", "chassis_version"},
                           {"product_family", "product_family"},
                           {"product_name", "product_name"},
                           {"product_serial", "product_serial"},
                           {"product_sku", "product_sku"},
                           {"product_uuid", "product_uuid"},
                           {"product_version", "product_version"},
                           {"sys_vendor", "system_vendor"}};
  if (!scrape.sys.exists("class/dmi/id")) return false;
  std::vector<std::string> values(std::size(kRows));
  std::vector<Label> labels;
  for (size_t i = 0; i < std::size(kRows); ++i) {
    const auto text = scrape.sys.text("class/dmi/id/", kRows[i].file);
    if (!text) continue;
    values[i] = *text;
    labels.push_back({kRows[i].label, values[i]});
  }
  scrape.out.family("node_dmi_", "info", kGauge,
                    "A metric with a constant '1' value labeled by bios_date, bios_release, "
                    "bios_vendor, bios_version, board_asset_tag, board_name, board_serial, "
                    "board_vendor, board_version, chassis_asset_tag, chassis_serial, "
                    "chassis_vendor, chassis_version, product_family, product_name, "
                    "product_serial, product_sku, product_uuid, product_version, system_vendor if "
                    "provided by DMI.");
  scrape.out.sample(1, labels);
  return true;
}

constexpr CollectorKind kSystemKinds[] = {{"dmi", stateless<collect_dmi>},
                                          {"os", stateless<collect_os>},
                                          {"uname", stateless<collect_uname>}};

}  // namespace

std::span<const CollectorKind> system_collectors() {
  return kSystemKinds;
}

}  // namespace components::prometheus::exporter_unix::collectors
