// netstat, sockstat, udp_queues.
#include <unistd.h>

#include "components/prometheus/exporter_unix/collectors/collector.h"

namespace components::prometheus::exporter_unix::collectors {
namespace {

class NetstatCollector {
 public:
  explicit NetstatCollector(const Netstat& arguments) : fields_(arguments.fields) {}

  bool operator()(Scrape& scrape) {
    if (!pairs(scrape, "net/netstat") || !pairs(scrape, "net/snmp")) return false;
    version_6(scrape);  // Not there when IPv6 is off.
    return true;
  }

 private:
  void write(Exposition& out, std::string_view protocol, std::string_view field, double value) {
    name_ = protocol;
    name_ += '_';
    name_ += field;
    if (!fields_.matches(name_)) return;
    help_ = "Statistic " + std::string(protocol) + std::string(field) + ".";
    out.single("node_netstat_", name_, kUntyped, help_, value);
  }

  /// "Tcp: NAME NAME\nTcp: 1 2"
  bool pairs(Scrape& scrape, std::string_view file) {
    auto text = scrape.proc.read(file);
    if (!text) return false;
    std::string_view names, values;
    while (next_line(*text, names) && next_line(*text, values)) {
      const std::string_view protocol = take_until(names, ':');
      if (take_until(values, ':') != protocol) return false;
      for (auto name = next_word(names); !name.empty(); name = next_word(names)) {
        const auto value = number_of(next_word(values));
        if (value) write(scrape.out, protocol, name, *value);
      }
    }
    return true;
  }

  /// "Ip6InOctets 123": the protocol ends with its 6.
  void version_6(Scrape& scrape) {
    auto text = scrape.proc.read("net/snmp6");
    std::string_view line;
    while (text && next_line(*text, line)) {
      const std::string_view name = next_word(line);
      const size_t six = name.find('6');
      const auto value = number_of(next_word(line));
      if (six == name.npos || !value) continue;
      write(scrape.out, name.substr(0, six + 1), name.substr(six + 1), *value);
    }
  }

  const Pattern fields_;
  std::string name_, help_;
};

Collect make_netstat(const Arguments& arguments) {
  return [collector = std::make_shared<NetstatCollector>(arguments.netstat)](Scrape& scrape) {
    return (*collector)(scrape);
  };
}

/// "TCP: inuse 3 orphan 0 tw 1 alloc 5 mem 2": memory is in pages.
bool sockets(Scrape& scrape, std::string_view file) {
  auto text = scrape.proc.read(file);
  if (!text) return false;
  static const double kPage = static_cast<double>(::sysconf(_SC_PAGESIZE));
  std::string name, help;
  std::string_view line;
  const auto write = [&](std::string_view protocol, std::string_view field, double value) {
    name = protocol;
    name += '_';
    name += field;
    help = "Number of ";
    help += protocol;
    help += " sockets in state ";
    help += field;
    help += '.';
    scrape.out.single("node_sockstat_", name, kGauge, help, value);
  };
  while (next_line(*text, line)) {
    const std::string_view protocol = take_until(line, ':');
    for (auto field = next_word(line); !field.empty(); field = next_word(line)) {
      const auto value = number_of(next_word(line));
      if (!value) return false;
      if (protocol == "sockets") {
        if (field == "used")
          scrape.out.single("node_sockstat_", "sockets_used", kGauge,
                            "Number of IPv4 sockets in use.", *value);
        continue;
      }
      write(protocol, field, *value);
      if (field == "mem" && (protocol == "TCP" || protocol == "UDP"))
        write(protocol, "mem_bytes", *value * kPage);
    }
  }
  return true;
}

bool collect_sockstat(Scrape& scrape) {
  if (!sockets(scrape, "net/sockstat")) return false;
  sockets(scrape, "net/sockstat6");
  return true;
}

struct QueueBytes {
  uint64_t tx = 0, rx = 0;
};

/// The fifth column is "TX:RX" in hexadecimal.
bool queues_of(Scrape& scrape, std::string_view file, QueueBytes& sum) {
  auto text = scrape.proc.read(file);
  if (!text) return false;
  std::string_view line;
  next_line(*text, line);  // The heading.
  while (next_line(*text, line)) {
    skip_words(line, 4);
    std::string_view queues = next_word(line);
    sum.tx += integer_of(take_until(queues, ':'), 16).value_or(0);
    sum.rx += integer_of(queues, 16).value_or(0);
  }
  return true;
}

bool collect_udp_queues(Scrape& scrape) {
  QueueBytes v4, v6;
  const bool has_v4 = queues_of(scrape, "net/udp", v4);
  const bool has_v6 = queues_of(scrape, "net/udp6", v6);
  scrape.out.family("node_", "udp_queues", kGauge,
                    "Number of allocated memory in the kernel for UDP datagrams in bytes.");
  const auto write = [&](const QueueBytes& sum, std::string_view ip) {
    scrape.out.sample(static_cast<double>(sum.tx), {{"queue", "tx"}, {"ip", ip}});
    scrape.out.sample(static_cast<double>(sum.rx), {{"queue", "rx"}, {"ip", ip}});
  };
  if (has_v4) write(v4, "v4");
  if (has_v6) write(v6, "v6");
  return has_v4 || has_v6;
}

constexpr CollectorKind kProtocolKinds[] = {{"netstat", make_netstat},
                                            {"sockstat", stateless<collect_sockstat>},
                                            {"udp_queues", stateless<collect_udp_queues>}};

}  // namespace

std::span<const CollectorKind> protocol_collectors() {
  return kProtocolKinds;
}

}  // namespace components::prometheus::exporter_unix::collectors
