#include "compiler/emit/findings.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/inventory/render_request.h"

namespace compiler::emit {

using river::diag::Diagnostic;
using river::diag::Span;

namespace {
constexpr std::string_view kHost = "host ";
constexpr size_t kShownOfFile = 20;
constexpr size_t kShownOfCode = 200;

/// What follows the names of several hosts, of the text that follows one.
std::string in_plural(std::string text) {
  for (const auto& [one, many] :
       {std::pair{std::string_view(" has "), std::string_view(" have ")}, {" does ", " do "}})
    if (text.starts_with(one)) return std::string(many) + text.substr(one.size());
  return text;
}
}  // namespace

std::vector<uint32_t> ports_in_use(const host::Host& host) {
  std::vector<uint32_t> in_use;
  for (const host::SyslogPort& port : host.syslog_ports)
    if (host.has_service(port.service)) in_use.push_back(port.span.begin);
  return in_use;
}

SharedPorts::SharedPorts(const inventory::Inventory& inventory,
                         const std::set<const inventory::HostEntry*>& compiled,
                         std::set<uint32_t> in_use)
    : in_use_(std::move(in_use)) {
  for (const inventory::HostEntry& host : inventory.hosts)
    if (!compiled.contains(&host)) layers_elsewhere_.insert(host.layers.begin(), host.layers.end());
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
  return layer != entry.layers.end() && layers_elsewhere_.contains(*layer);
}

std::map<std::string_view, size_t> keep_first(const river::diag::SourceMap& sources,
                                              river::diag::Diagnostics& diagnostics) {
  std::map<std::string_view, size_t> left_out, of_code;
  std::map<std::pair<std::string_view, const river::diag::SourceFile*>, size_t> of_file;
  river::diag::Diagnostics kept;
  for (const Diagnostic& one : diagnostics.items()) {
    const Span place = sources.written(one.span);
    const auto* file = place.known() ? sources.file(place.begin) : nullptr;
    if (of_file[{one.code, file}]++ < kShownOfFile && of_code[one.code]++ < kShownOfCode)
      kept.add(one);
    else
      ++left_out[one.code];
  }
  if (!left_out.empty()) diagnostics = std::move(kept);
  return left_out;
}

Merge::~Merge() {
  for (Shared& one : shared_) {
    if (one.hosts.size() > 1)
      one.finding.message =
          inventory::names_of(one.hosts) +
          in_plural(one.finding.message.substr(kHost.size() + one.hosts[0].size()));
    to_.add(std::move(one.finding));
  }
}

void Merge::take(const Diagnostic& finding, std::string_view host) {
  const Span place = sources_.written(finding.span);
  std::string_view said = finding.message;
  const bool names_host =
      !host.empty() && said.starts_with(kHost) && said.substr(kHost.size()).starts_with(host);
  if (names_host) said.remove_prefix(kHost.size() + host.size());
  const auto key = fmt::format("{} {} {} {}", finding.code, place.begin, place.end, said);
  const auto [at, is_new] = said_.try_emplace(key, shared_.size());
  if (is_new) {
    Shared& kept = shared_.emplace_back(Shared{finding, {}});
    kept.finding.span = place;
    for (river::diag::Note& note : kept.finding.notes) note.span = sources_.written(note.span);
  }
  auto& hosts = shared_[at->second].hosts;
  if (names_host && (hosts.empty() || hosts.back() != host)) hosts.push_back(host);
}

}  // namespace compiler::emit
