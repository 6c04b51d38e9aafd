#include "compiler/emit/findings.h"

#include <fmt/format.h>

#include <algorithm>

namespace compiler::emit {

using river::diag::Diagnostic;
using river::diag::Span;

std::vector<uint32_t> ports_in_use(const host::Host& host) {
  std::vector<uint32_t> in_use;
  for (const host::SyslogPort& port : host.syslog_ports)
    if (host.has_service(port.service)) in_use.push_back(port.span.begin);
  return in_use;
}

bool SharedPorts::belongs_elsewhere(const Diagnostic& finding,
                                    const inventory::HostEntry& entry) const {
  if (finding.code != "F023") return false;
  if (in_use_.contains(finding.span.begin)) return true;
  const auto defines = [&](const yaml::Node* layer) {
    return std::any_of(layer->pairs.begin(), layer->pairs.end(), [&](const yaml::Pair& pair) {
      return pair.key_span.begin == finding.span.begin;
    });
  };
  const auto layer = std::find_if(entry.layers.begin(), entry.layers.end(), defines);
  return layer != entry.layers.end() &&
         std::any_of(inventory_.hosts.begin(), inventory_.hosts.end(),
                     [&](const inventory::HostEntry& host) {
                       return !compiled_.contains(&host) &&
                              std::find(host.layers.begin(), host.layers.end(), *layer) !=
                                  host.layers.end();
                     });
}

void Merge::take(const Diagnostic& finding) {
  const Span place = sources_.written(finding.span);
  const auto key =
      fmt::format("{} {} {} {}", finding.code, place.begin, place.end, finding.message);
  if (!said_.insert(key).second) return;
  Diagnostic& kept = to_.add(finding.severity, finding.code, place, finding.message);
  kept.notes = finding.notes;
  for (river::diag::Note& note : kept.notes) note.span = sources_.written(note.span);
  kept.help = finding.help;
  kept.shows_source = finding.shows_source;
}

}  // namespace compiler::emit
