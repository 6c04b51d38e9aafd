#include "compiler/migrate/streams/state.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "compiler/migrate/streams/family.h"
#include "compiler/migrate/streams/host_run.h"
#include "compiler/migrate/streams/steps.h"
#include "river/diag/diagnostics.h"

namespace compiler::migrate::streams {

namespace yaml = compiler::yaml;
using Services = std::set<std::string, std::less<>>;
using Runs = std::map<std::string, HostRun, std::less<>>;
using Moves = std::map<std::string, Move, std::less<>>;

namespace {

/// Compiles and takes the runs in; the hosts of `moving` with what the move would change.
class StateReader {
 public:
  StateReader(const Question& question, compiler::emit::Run& run)
      : question_(question),
        run_(run),
        compose_(read_compose(question.compose)),
        inventory_(compiler::emit::open_inventory(
            compiler::inventory::in_hosts(question.inventory, question.hosts), run)) {
    can_compile_ = run_.io_errors.empty();
    std::move(compose_.io_errors.begin(), compose_.io_errors.end(),
              std::back_inserter(run_.io_errors));
  }

  Runs read_today();
  Runs read_moved(const Runs& today, const Moves& moving);
  const ComposeFiles& compose() const { return compose_; }
  /// Those of the inventory that the question leaves out.
  std::vector<std::string> other_hosts() const;

 private:
  Runs compile(compiler::emit::CompileOptions options, const Moves& moving,
               river::diag::Diagnostics& diagnostics);
  void overlay(compiler::inventory::HostEntry& entry, const HostRun& today, const Services& moving);

  const Question& question_;
  compiler::emit::Run& run_;
  ComposeFiles compose_;
  compiler::inventory::Inventory inventory_;
  bool can_compile_ = false;
};

Runs StateReader::compile(compiler::emit::CompileOptions options, const Moves& moving,
                          river::diag::Diagnostics& diagnostics) {
  Runs runs;
  if (options.hosts.empty())
    for (const compiler::inventory::HostEntry& entry : inventory_.hosts)
      runs[std::string(entry.name)];
  for (const std::string& host : options.hosts) runs[host];
  options.catalog = question_.check.catalog;
  options.stability = question_.check.stability;
  options.seen = [&](const compiler::host::Host& host, const river::config::Program& program) {
    static const Move kNone;
    const auto own = moving.find(host.name);
    runs.find(host.name)->second =
        host_run(host, program, run_.sources, compose_, own == moving.end() ? kNone : own->second);
  };
  const auto compiled =
      compiler::emit::compile_fleet(inventory_, options, run_.sources, diagnostics);
  for (const compiler::emit::CompiledHost& host : compiled) {
    runs[host.name].template_name = host.template_name;
    runs[host.name].has_docker_block = host.has_docker_block;
  }
  return runs;
}

Runs StateReader::read_today() {
  if (!can_compile_) return {};
  compiler::emit::CompileOptions options;
  options.hosts = question_.hosts;
  options.partial = run_.diagnostics.has_errors();
  Runs runs = compile(std::move(options), {}, run_.diagnostics);
  for (const compiler::inventory::HostEntry& entry : inventory_.hosts)
    if (const auto found = runs.find(entry.name); found != runs.end() && !entry.unread.empty()) {
      found->second = {};  // What is known of it is not all that it has.
      found->second.why_missing = entry.unread;
    }
  run_.hosts += runs.size();
  run_.io_errors.insert(run_.io_errors.end(), inventory_.io_errors.begin(),
                        inventory_.io_errors.end());
  return runs;
}

std::vector<std::string> StateReader::other_hosts() const {
  std::vector<std::string> others;
  const auto& asked = question_.hosts;
  for (const compiler::inventory::HostEntry& entry : inventory_.hosts)
    if (!asked.empty() && std::find(asked.begin(), asked.end(), entry.name) == asked.end())
      others.emplace_back(entry.name);
  return others;
}

/// A layer of variables over the host's own: telemetry.docker.migrated grows, discovery is on, dual
/// labels end.
void StateReader::overlay(compiler::inventory::HostEntry& entry, const HostRun& today,
                          const Services& moving) {
  base::Arena& arena = *inventory_.arena;
  const river::diag::Span span = entry.span;
  const auto node = [&](std::string_view text) {
    yaml::Node made;
    made.kind = yaml::Kind::scalar;
    made.plain = true;
    made.text = arena.text(text);
    made.span = span;
    return arena.make(made);
  };
  const auto list = [&](const std::vector<std::string>& known, const Services& added) {
    std::vector<const yaml::Node*> items;
    for (const std::string& item : known) items.push_back(node(item));
    for (const std::string& item : added)
      if (std::find(known.begin(), known.end(), item) == known.end()) items.push_back(node(item));
    return yaml::make_list(arena, span, items);
  };
  std::vector<yaml::Pair> docker = {{"migrated", span, list(today.migrated, moving)}};
  std::vector<yaml::Pair> ended;
  for (const auto& [service, day] : today.dual_until)
    if (moving.contains(service)) ended.push_back({arena.text(service), span, node("null")});
  if (!ended.empty()) docker.push_back({"dual_labels", span, yaml::make_map(arena, span, ended)});
  if (!today.has_docker_source) docker.push_back({"discovery", span, node("true")});
  const auto map = [&](std::string_view key, const std::vector<yaml::Pair>& pairs) {
    return yaml::Pair{key, span, yaml::make_map(arena, span, pairs)};
  };
  entry.layers.push_back(yaml::make_map(
      arena, span,
      {map("telemetry",
           {map("docker", docker),
            yaml::Pair{"services", span, list(today.services, Services{"docker"})}})}));
}

Runs StateReader::read_moved(const Runs& today, const Moves& moving) {
  if (moving.empty()) return {};
  compiler::emit::CompileOptions with,
      without;  // Hosts with docker blocks of their own, and the others.
  without.add_docker_block = true;
  for (compiler::inventory::HostEntry& entry : inventory_.hosts) {
    const auto own = moving.find(entry.name);
    if (own == moving.end()) continue;
    (own->second.adds_discovery ? without : with).hosts.push_back(own->first);
    overlay(entry, today.at(own->first), own->second.services);
  }
  Runs runs;
  river::diag::Diagnostics found;
  if (!with.hosts.empty()) runs.merge(compile(std::move(with), moving, found));
  if (!without.hosts.empty()) runs.merge(compile(std::move(without), moving, found));
  for (const river::diag::Diagnostic& one : found.items())
    if (one.severity == river::diag::Severity::error)
      run_.diagnostics.add(one.severity, one.code, one.span, "after the move: " + one.message)
          .with_help(one.help);
  return runs;
}

/// Which services of which hosts the question is about.
Moves services_to_move(const Question& question, const Runs& today, compiler::emit::Run& run) {
  Moves moving;
  Services known, found;
  const auto is_named = [&](const std::string& service) {
    return std::find(question.services.begin(), question.services.end(), service) !=
           question.services.end();
  };
  for (const auto& [name, host] : today) {
    for (const PortFact& port : host.ports) {
      known.insert(port.service);
      if (!port.is_listed) continue;
      const bool is_meant =
          question.services.empty() ? host.has_docker_service : is_named(port.service);
      if (!is_meant || port.is_reserved) continue;
      moving[name].services.insert(port.service);
      moving[name].adds_discovery = !host.has_docker_source;
    }
    for (const auto& [service, day] : host.dual_until)
      if (question.services.empty() || is_named(service)) moving[name].services.insert(service);
    known.insert(host.services.begin(), host.services.end());
  }
  for (const std::string& service : question.services) {
    if (known.contains(service) || today.empty()) continue;
    const std::vector<std::string_view> names(known.begin(), known.end());
    const auto near = river::diag::did_you_mean(service, names);
    run.io_errors.push_back(
        {fmt::format("no host has a service \"{}\"{}", service,
                     near.empty() ? std::string() : fmt::format(": did you mean \"{}\"?", near))});
  }
  return moving;
}

uint32_t streams(const std::vector<StreamFamily>& families) {
  uint32_t sum = 0;
  for (const StreamFamily& family : families) sum += family.streams;
  return sum;
}

Mechanism mechanism_of(const HostRun& run, const std::string& service,
                       const std::vector<StreamFamily>& families) {
  const PortFact* port = run.port_of(service);
  if (port != nullptr && !port->is_reserved) return Mechanism::syslog;
  if (run.has_moved(service)) return port != nullptr ? Mechanism::transitional : Mechanism::docker;
  return families.empty() ? Mechanism::none : families.front().mechanism;
}

/// Of a service that moves, what changes: its containers with another log driver stay as they are.
void take_change(const std::string& host, const Mapping& mapping, ServiceState& service) {
  for (const Change& change : mapping.changes) {
    if (change.host != host || change.service != service.service) continue;
    service.before = change.before;
    service.after = change.after;
    for (const LineNote& note : change.notes)
      service.blockers.push_back({Blocker::Kind::lines_differ, note.sentence, {}, true});
  }
}

/// The services of a host with their streams, and what changes of them.
HostState host_state(const std::string& name, const HostRun& today, const HostRun* moved,
                     const Services& moving, const ComposeFiles& compose, Mapping& mapping) {
  HostState state;
  state.host = name;
  pair_up(name, today.outflow(), moved != nullptr ? moved->outflow() : today.outflow(), mapping);
  Services services(today.services.begin(), today.services.end());
  for (const PortFact& port : today.ports) services.insert(port.service);
  for (const std::string& service : services) {
    ServiceState one;
    one.service = service;
    one.before = of_service(today.families, service);
    one.after = moved != nullptr ? of_service(moved->families, service) : one.before;
    one.mechanism = mechanism_of(today, service, one.before);
    one.moves = moving.contains(service);
    if (one.moves) take_change(name, mapping, one);
    one.streams_before = streams(one.before);
    one.streams_after = streams(one.after);
    if (const auto dual = today.dual_until.find(service); dual != today.dual_until.end())
      one.dual_until = dual->second;
    if (const PortFact* port = today.port_of(service)) {
      one.port = port->port;
      one.port_place = port->place;
      one.port_is_unused = port->is_reserved && one.dual_until.empty();
    }
    const bool was_moved = today.has_moved(service);
    state.total += was_moved || one.mechanism == Mechanism::syslog;
    state.done += was_moved && one.dual_until.empty();
    if (one.moves)
      for (Blocker& blocker : blockers(one, today, compose))
        one.blockers.push_back(std::move(blocker));
    if (one.mechanism != Mechanism::none || one.port != 0) state.services.push_back(std::move(one));
  }
  state.steps = steps(state, today, compose);
  return state;
}

void add_errors(compiler::emit::Run& run, const river::diag::Diagnostics& found) {
  std::set<std::string> said;
  for (const auto& one : run.diagnostics.items())
    said.insert(river::diag::one_line(one, run.sources));
  for (const auto& one : found.items())
    if (one.severity == river::diag::Severity::error &&
        said.insert(river::diag::one_line(one, run.sources)).second)
      run.diagnostics.add(one);
}

/// The streams of the hosts that were not asked for: they stay, and queries find them. Errors there
/// are said as well, for then streams are missing; warnings are not the question's.
void add_other_hosts(const Question& question, std::vector<std::string> others, Mapping& mapping,
                     compiler::emit::Run& run) {
  if (others.empty() || !run.io_errors.empty()) return;
  Question rest = question;
  rest.hosts = std::move(others);
  river::diag::Diagnostics own = std::exchange(run.diagnostics, {});
  const size_t hosts = run.hosts;
  for (const auto& [name, host] : StateReader(rest, run).read_today()) {
    if (host.is_compiled)
      pair_up(name, host.outflow(), host.outflow(), mapping);
    else
      mapping.missing.push_back({name, host.why_missing, false});
  }
  run.hosts = hosts;
  const river::diag::Diagnostics found = std::exchange(run.diagnostics, std::move(own));
  add_errors(run, found);
}

}  // namespace

State read_state(const Question& question, compiler::emit::Run& run) {
  State state;
  StateReader reader(question, run);
  const Runs today = reader.read_today();
  const Moves moving = services_to_move(question, today, run);
  const Runs moved = reader.read_moved(today, moving);
  for (const auto& [name, host] : today) {
    if (!host.is_compiled) {
      state.mapping.missing.push_back({name, host.why_missing});
      continue;
    }
    const auto after = moved.find(name);
    const bool is_known = after != moved.end() && after->second.is_compiled;
    const auto own = moving.find(name);
    if (own != moving.end() && !is_known)
      state.mapping.missing.push_back({name, "errors of the compiler after the move"});
    state.hosts.push_back(host_state(name, host, is_known ? &after->second : nullptr,
                                     own == moving.end() ? Services() : own->second.services,
                                     reader.compose(), state.mapping));
    state.done += state.hosts.back().done;
    state.total += state.hosts.back().total;
  }
  if (question.reads_other_hosts)
    add_other_hosts(question, reader.other_hosts(), state.mapping, run);
  if (run.diagnostics.has_errors() && state.mapping.missing.empty())
    state.mapping.missing.push_back({"", "errors in the inventory"});
  state.not_read = reader.compose().not_read;
  return state;
}

}  // namespace compiler::migrate::streams
