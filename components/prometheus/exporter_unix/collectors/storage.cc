// mdadm, nvme: disks below the file systems.
#include <algorithm>
#include <functional>
#include <utility>

#include "components/prometheus/exporter_unix/collectors/collector.h"

namespace components::prometheus::exporter_unix::collectors {
namespace {

/// An array of /proc/mdstat:
///     md0 : active raid1 sdb1[2](F) sda1[0]
///           1953382464 blocks super 1.2 [2/1] [U_]
///           [=>.......]  recovery =  8.5% (16775552/195310144) finish=17.0min speed=1K/sec
struct RaidArray {
  std::string name;
  std::string_view state;
  double failed = 0, spare = 0, required = 0, active = 0, blocks = 0, synced = 0;
};

double count_of(std::string_view text, std::string_view part) {
  double count = 0;
  for (size_t at = text.find(part); at != text.npos; at = text.find(part, at + part.size()))
    ++count;
  return count;
}

/// "(DONE/ALL)" of a line of progress; nothing while it waits for its turn.
double synced_blocks(std::string_view line) {
  take_until(line, '(');
  return number_of(take_until(line, '/')).value_or(0);
}

void read_status(RaidArray& array, std::string_view heading, std::string_view status) {
  std::string_view rest = status;
  array.blocks = array.synced = next_number(rest);
  if (array.state == "inactive") return;
  if (heading.find(" raid0 ") != heading.npos || heading.find(" linear ") != heading.npos) {
    array.required = array.active = count_of(heading, "[");
    return;
  }
  // Of the texts in brackets one is "[REQUIRED/ACTIVE]".
  while (!rest.empty()) {
    take_until(rest, '[');
    std::string_view inside = take_until(rest, ']');
    const auto required = integer_of(take_until(inside, '/'));
    const auto active = integer_of(inside);
    if (!required || !active) continue;
    array.required = static_cast<double>(*required);
    array.active = static_cast<double>(*active);
    return;
  }
}

void read_progress(RaidArray& array, std::string_view line) {
  constexpr std::pair<std::string_view, std::string_view> kWords[] = {
      {"recovery", "recovering"}, {"resync", "resync"}, {"check", "check"}};
  for (const auto& [word, state] : kWords) {
    if (line.find(word) == line.npos) continue;
    array.state = state;
    array.synced = synced_blocks(line);
  }
}

std::vector<RaidArray> read_mdstat(std::string_view text) {
  std::vector<RaidArray> arrays;
  std::string_view line;
  bool has_status = true;
  std::string_view heading;
  while (next_line(text, line)) {
    const bool is_heading = line.starts_with("md") && line.find(" : ") != line.npos;
    if (is_heading) {
      heading = line;
      RaidArray& array = arrays.emplace_back();
      array.name = next_word(line);
      next_word(line);  // The colon.
      array.state = next_word(line) == "active" ? "active" : "inactive";
      array.failed = count_of(heading, "(F)");
      array.spare = count_of(heading, "(S)");
      has_status = false;
    } else if (arrays.empty() || line.empty() || line.front() != ' ') {
      has_status = true;
    } else if (!std::exchange(has_status, true)) {
      read_status(arrays.back(), heading, line);
    } else {
      read_progress(arrays.back(), line);
    }
  }
  return arrays;
}

bool collect_mdadm(Scrape& scrape) {
  const auto text = scrape.proc.read("mdstat");
  if (!text) return false;
  const std::vector<RaidArray> arrays = read_mdstat(*text);
  Exposition& out = scrape.out;
  const auto family = [&](std::string_view name, std::string_view help, double RaidArray::*value) {
    out.family("node_md_", name, kGauge, help);
    for (const RaidArray& array : arrays) out.sample(array.*value, {{"device", array.name}});
  };
  family("blocks", "Total number of blocks on device.", &RaidArray::blocks);
  family("blocks_synced", "Number of blocks synced on device.", &RaidArray::synced);
  out.family("node_md_", "disks", kGauge, "Number of active/failed/spare disks of device.");
  for (const RaidArray& array : arrays) {
    out.sample(array.active, {{"device", array.name}, {"state", "active"}});
    out.sample(array.failed, {{"device", array.name}, {"state", "failed"}});
    out.sample(array.spare, {{"device", array.name}, {"state", "spare"}});
  }
  family("disks_required", "Total number of disks of device.", &RaidArray::required);
  out.family("node_md_", "state", kGauge, "Indicates the state of md-device.");
  for (const RaidArray& array : arrays)
    for (const std::string_view state : {"active", "inactive", "recovering", "resync", "check"})
      out.sample(array.state == state, {{"device", array.name}, {"state", state}});
  return true;
}

bool collect_nvme(Scrape& scrape) {
  if (!scrape.sys.exists("class/nvme")) return false;
  scrape.out.family("node_nvme_", "info", kGauge,
                    "Non-numeric data from /sys/class/nvme/<device>, value is always 1.");
  for (const std::string& device : scrape.sys.list(scrape.names, "class/nvme")) {
    const auto text = [&](std::string_view file) {
      return std::string(scrape.sys.text("class/nvme/", device, "/", file).value_or(""));
    };
    const std::string firmware = text("firmware_rev"), model = text("model");
    const std::string serial = text("serial"), state = text("state");
    scrape.out.sample(1, {{"device", device},
                          {"firmware_revision", firmware},
                          {"model", model},
                          {"serial", serial},
                          {"state", state}});
  }
  return true;
}

constexpr CollectorKind kStorageKinds[] = {{"mdadm", stateless<collect_mdadm>},
                                           {"nvme", stateless<collect_nvme>}};

}  // namespace

std::span<const CollectorKind> storage_collectors() {
  return kStorageKinds;
}

}  // namespace components::prometheus::exporter_unix::collectors
