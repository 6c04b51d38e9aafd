#include <fmt/format.h>

#include <algorithm>

#include "compiler/cases/station.h"
#include "io/glob.h"

/// Which source an input is for, and what it is given.
namespace compiler::cases {

using components::SourceStreams;
using river::schema::Target;

namespace {

SourceStreams::Medium medium_of(Input::Kind kind) {
  switch (kind) {
    case Input::Kind::syslog:
      return SourceStreams::Medium::syslog;
    case Input::Kind::journal:
      return SourceStreams::Medium::journal;
    case Input::Kind::docker:
      return SourceStreams::Medium::containers;
    case Input::Kind::file:
    case Input::Kind::component:
      break;
  }
  return SourceStreams::Medium::files;
}

std::string_view name_of(Input::Kind kind) {
  constexpr std::string_view kNames[] = {"syslog", "the journal", "containers", "files", "entries"};
  return kNames[static_cast<size_t>(kind)];
}

/// An address, or its port.
bool is_listener(std::string_view address, std::string_view wanted) {
  return wanted.empty() || address == wanted || address.substr(address.rfind(':') + 1) == wanted;
}

/// The address that is in use for tests, as RFC 5737 has it.
constexpr std::string_view kSender = "192.0.2.1";

}  // namespace

base::Result<const Network::Source*> Network::find_source(const Input& input) const {
  const Source* found = nullptr;
  for (const Source& source : sources_) {
    if (source.streams.medium != medium_of(input.kind)) continue;
    if (!input.component.empty() && source.node->id != input.component) continue;
    if (input.kind == Input::Kind::syslog && !is_listener(source.streams.listener, input.listener))
      continue;
    if (found != nullptr) {
      // Of files the path says which.
      if (input.kind == Input::Kind::file && input.component.empty()) {
        Outcome ignored;
        if (target_of(*found, input, "", ignored) != nullptr) continue;
      } else if (input.kind == Input::Kind::syslog) {
        return base::fail(
            "it has several listeners that this may arrive at, such as {} and {}: "
            "say which with listener",
            found->streams.listener, source.streams.listener);
      } else {
        return base::fail("it has several sources of {}, such as {} and {}: say which with source",
                          name_of(input.kind), found->node->id, source.node->id);
      }
    }
    found = &source;
  }
  if (found != nullptr) return found;
  const std::string& named = input.component.empty() ? input.listener : input.component;
  return base::fail("the configuration has no source of {}{}", name_of(input.kind),
                    named.empty() ? "" : fmt::format(" that is {}", named));
}

base::Result<Network::Station*> Network::find_station(const Input& input) const {
  std::vector<std::string_view> names;
  for (const auto& station : stations_) {
    names.push_back(station->node().id);
    if (station->node().id == input.component) return station.get();
  }
  const auto near = river::diag::did_you_mean(input.component, names);
  return base::fail("the configuration has no component {} that takes entries{}", input.component,
                    near.empty() ? "" : fmt::format(": did you mean {}?", near));
}

const Target* Network::target_of(const Source& source, const Input& input,
                                 const std::string& container_id, Outcome& outcome) const {
  const auto& targets = *source.streams.targets;
  if (input.kind == Input::Kind::docker) {
    if (const auto found = source.containers.find(container_id); found != source.containers.end())
      return found->second;
    const auto lost = lost_containers_.find(container_id);
    outcome.lost.push_back(
        lost != lost_containers_.end()
            ? lost->second
            : Loss{source.node->id + ": the container is not among its targets", {}});
    return nullptr;
  }
  for (const Target& target : targets) {
    const auto path = target.find(source.streams.path_label);
    if (path == target.end()) continue;
    const auto glob = io::Glob::parse(path->second);
    if (path->second == input.name || (glob && glob->matches(input.name))) return &target;
  }
  outcome.error = fmt::format("{} reads no file {}", source.node->id, input.name);
  return nullptr;
}

void Network::receive(const Source& source, const Input& input, const std::string& container_id,
                      Outcome& outcome) {
  components::Arrival arrival;
  arrival.time_ns = input.time_ns;
  arrival.is_stderr = input.is_stderr;
  arrival.path = input.name;
  arrival.sender = input.sender.empty() ? kSender : std::string_view(input.sender);
  const std::vector<telemetry::Label> fields(input.fields.begin(), input.fields.end());
  arrival.fields = fields;
  if (source.streams.targets != nullptr) {
    arrival.target = target_of(source, input, container_id, outcome);
    if (arrival.target == nullptr) return;
  }
  telemetry::LogBatch batch;
  for (const std::string& line : input.lines) {
    arrival.text = line;
    const size_t before = batch.entries.size();
    source.receive(arrival, batch);
    if (batch.entries.size() == before)
      outcome.lost.push_back({source.node->id + ": it has no text, its rules drop it, or they "
                                                "leave it without labels",
                              {}});
  }
  for (const components::LogsReceiver& next : source.streams.forward_to)
    if (next.pointer && !batch.entries.empty()) next.pointer->receive(batch);
}

}  // namespace compiler::cases
