// netdev, arp, bonding, conntrack.
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>

#include <algorithm>
#include <array>
#include <bit>
#include <map>

#include "components/prometheus/exporter_unix/collectors/collector.h"

namespace components::prometheus::exporter_unix::collectors {
namespace {

struct DeviceCounters {
  std::string_view name;
  std::array<double, 16> values{};
};

/// The columns of /proc/net/dev.
constexpr std::string_view kDeviceColumns[] = {
    "receive_bytes",  "receive_packets",  "receive_errs",       "receive_drop",
    "receive_fifo",   "receive_frame",    "receive_compressed", "receive_multicast",
    "transmit_bytes", "transmit_packets", "transmit_errs",      "transmit_drop",
    "transmit_fifo",  "transmit_colls",   "transmit_carrier",   "transmit_compressed"};

const char* scope_of(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    const uint32_t ip = ntohl(reinterpret_cast<const sockaddr_in*>(address)->sin_addr.s_addr);
    return ip >> 24 == 127 ? "link-local" : ip >> 16 == 0xA9FE ? "link-local" : "global";
  }
  const in6_addr& ip = reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr;
  if (IN6_IS_ADDR_LINKLOCAL(&ip) || IN6_IS_ADDR_LOOPBACK(&ip) || IN6_IS_ADDR_MC_LINKLOCAL(&ip))
    return "link-local";
  if (IN6_IS_ADDR_MC_NODELOCAL(&ip)) return "interface-local";
  return "global";
}

int prefix_bits(const sockaddr* mask) {
  if (!mask) return 0;
  if (mask->sa_family == AF_INET)
    return std::popcount(reinterpret_cast<const sockaddr_in*>(mask)->sin_addr.s_addr);
  int bits = 0;
  for (const uint8_t byte : reinterpret_cast<const sockaddr_in6*>(mask)->sin6_addr.s6_addr)
    bits += std::popcount(byte);
  return bits;
}

void addresses(Scrape& scrape, const Filter& filter) {
  ifaddrs* all = nullptr;
  if (::getifaddrs(&all) != 0) return;
  scrape.out.family("node_network_", "address_info", kGauge, "node network address by device");
  for (const ifaddrs* at = all; at; at = at->ifa_next) {
    const sockaddr* address = at->ifa_addr;
    if (!address || (address->sa_family != AF_INET && address->sa_family != AF_INET6)) continue;
    if (!filter.passes(at->ifa_name)) continue;
    char text[INET6_ADDRSTRLEN] = "";
    const void* bytes =
        address->sa_family == AF_INET
            ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in*>(address)->sin_addr)
            : &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr;
    ::inet_ntop(address->sa_family, bytes, text, sizeof text);
    scrape.out.sample(1, {{"device", at->ifa_name},
                          {"address", text},
                          {"netmask", std::to_string(prefix_bits(at->ifa_netmask))},
                          {"scope", scope_of(address)}});
  }
  ::freeifaddrs(all);
}

/// "  eth0: 123 4 ...": a name may hold colons (aliases), so the last one before the numbers
/// counts.
bool collect_devices(Scrape& scrape, const Filter& filter, std::vector<DeviceCounters>& devices) {
  auto text = scrape.proc.read("net/dev");
  if (!text) return false;
  devices.clear();
  std::string_view line;
  while (next_line(*text, line)) {
    const size_t colon = line.rfind(':');
    if (colon == line.npos || line.find('|') != line.npos) continue;
    DeviceCounters device{.name = trim(line.substr(0, colon))};
    if (!filter.passes(device.name)) continue;
    line.remove_prefix(colon + 1);
    if (trim(line).empty()) continue;
    for (double& value : device.values) value = next_number(line);
    devices.push_back(device);
  }
  std::string name, help;
  for (size_t column = 0; column < std::size(kDeviceColumns); ++column) {
    name = kDeviceColumns[column];
    help = "Network device statistic " + name + ".";
    scrape.out.family("node_network_", name + "_total", kCounter, help);
    for (const DeviceCounters& device : devices)
      scrape.out.sample(device.values[column], {{"device", device.name}});
  }
  return true;
}

Collect make_netdev(const Arguments& arguments) {
  const Netdev& netdev = arguments.netdev;
  return [filter = Filter(netdev.device_include, netdev.device_exclude),
          with_addresses = netdev.address_info,
          devices = std::vector<DeviceCounters>()](Scrape& scrape) mutable {
    if (!collect_devices(scrape, filter, devices)) return false;
    if (with_addresses) addresses(scrape, filter);
    return true;
  };
}

Collect make_arp(const Arguments& arguments) {
  const Arp& arp = arguments.arp;
  return [filter = Filter(arp.device_include, arp.device_exclude)](Scrape& scrape) {
    auto text = scrape.proc.read("net/arp");
    if (!text) return false;
    std::map<std::string_view, int> entries;
    std::string_view line;
    next_line(*text, line);  // The heading.
    while (next_line(*text, line)) {
      std::string_view device;
      for (auto word = next_word(line); !word.empty(); word = next_word(line)) device = word;
      if (!device.empty() && filter.passes(device)) ++entries[device];
    }
    scrape.out.family("node_arp_", "entries", kGauge, "ARP entries by device");
    for (const auto& [device, count] : entries) scrape.out.sample(count, {{"device", device}});
    return true;
  };
}

bool collect_bonding(Scrape& scrape) {
  const auto masters = scrape.sys.text("class/net/bonding_masters");
  if (!masters) return false;
  struct Bond {
    std::string master;
    int slaves = 0, active = 0;
  };
  std::vector<Bond> bonds;
  std::string text(*masters);
  std::string_view left = text;
  for (auto word = next_word(left); !word.empty(); word = next_word(left)) {
    Bond bond{.master = std::string(word)};
    auto slaves = scrape.sys.text("class/net/", word, "/bonding/slaves");
    const std::string names(slaves.value_or(""));
    std::string_view rest = names;
    for (auto slave = next_word(rest); !slave.empty(); slave = next_word(rest)) {
      ++bond.slaves;
      auto state =
          scrape.sys.text("class/net/", word, "/lower_", slave, "/bonding_slave/mii_status");
      if (!state)
        state = scrape.sys.text("class/net/", word, "/slave_", slave, "/bonding_slave/mii_status");
      bond.active += state && *state == "up";
    }
    bonds.push_back(std::move(bond));
  }
  scrape.out.family("node_bonding_", "slaves", kGauge,
                    "Number of configured slaves per bonding interface.");
  for (const Bond& bond : bonds) scrape.out.sample(bond.slaves, {{"master", bond.master}});
  scrape.out.family("node_bonding_", "active", kGauge,
                    "Number of active slaves per bonding interface.");
  for (const Bond& bond : bonds) scrape.out.sample(bond.active, {{"master", bond.master}});
  return true;
}

/// A heading, then a line of hexadecimal numbers for each CPU, which are added up.
bool collect_conntrack(Scrape& scrape) {
  const auto entries = scrape.proc.number("sys/net/netfilter/nf_conntrack_count");
  if (!entries) return false;
  scrape.out.single("node_nf_conntrack_", "entries", kGauge,
                    "Number of currently allocated flow entries for connection tracking.",
                    *entries);
  const auto limit = scrape.proc.number("sys/net/netfilter/nf_conntrack_max");
  if (!limit) return false;
  scrape.out.single("node_nf_conntrack_", "entries_limit", kGauge,
                    "Maximum size of connection tracking table.", *limit);
  auto text = scrape.proc.read("net/stat/nf_conntrack");
  if (!text) return false;
  std::string_view heading, line;
  next_line(*text, heading);
  std::vector<std::string_view> columns;
  for (auto word = next_word(heading); !word.empty(); word = next_word(heading))
    columns.push_back(word);
  std::vector<double> sums(columns.size());
  while (next_line(*text, line))
    for (double& sum : sums)
      sum += static_cast<double>(integer_of(next_word(line), 16).value_or(0));
  constexpr std::pair<std::string_view, std::string_view> kStatistics[] = {
      {"found", "Number of searched entries which were successful."},
      {"invalid", "Number of packets seen which can not be tracked."},
      {"ignore", "Number of packets seen which are already connected to a conntrack entry."},
      {"insert", "Number of entries inserted into the list."},
      {"insert_failed", "Number of entries for which list insertion was attempted but failed."},
      {"drop", "Number of packets dropped due to conntrack failure."},
      {"early_drop",
       "Number of dropped conntrack entries to make room for new ones, if maximum "
       "table size was reached."},
      {"search_restart",
       "Number of conntrack table lookups which had to be restarted due to "
       "hashtable resizes."}};
  for (const auto& [name, help] : kStatistics) {
    const auto at = std::ranges::find(columns, name);
    if (at == columns.end()) continue;
    scrape.out.single("node_nf_conntrack_stat_", name, kGauge, help,
                      sums[static_cast<size_t>(at - columns.begin())]);
  }
  return true;
}

constexpr CollectorKind kNetworkKinds[] = {{"arp", make_arp},
                                           {"bonding", stateless<collect_bonding>},
                                           {"conntrack", stateless<collect_conntrack>},
                                           {"netdev", make_netdev}};

}  // namespace

std::span<const CollectorKind> network_collectors() {
  return kNetworkKinds;
}

}  // namespace components::prometheus::exporter_unix::collectors
