#include "compiler/migrate/streams/trace.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/migrate/streams/origins.h"
#include "compiler/migrate/streams/walk.h"
#include "components/discovery/relabel/signature.h"
#include "components/local/file_match/signature.h"
#include "components/loki/process/signature.h"
#include "components/loki/relabel/signature.h"
#include "components/loki/source_docker/signature.h"
#include "components/loki/source_file/signature.h"
#include "components/loki/source_journal/signature.h"
#include "components/loki/source_syslog/signature.h"
#include "components/loki/write/signature.h"
#include "components/shared/rule/rule.h"
#include "river/config/steps.h"
#include "river/schema/decode.h"

namespace compiler::migrate::streams {

namespace ast = river::ast;
using components::LogsReceiver;
using river::Value;
using river::config::Node;
using river::schema::Codec;
using river::schema::Target;
using river::schema::Targets;

namespace {

/// The number of a target's sample: it comes along through expressions and rules.
constexpr std::string_view kSampleLabel = "__tributary_sample";
constexpr std::string_view kContainerIdLabel = "__meta_docker_container_id";
constexpr std::string_view kContainerLabel = "__meta_docker_container_label_";
constexpr std::string_view kComposeLabel = "__meta_docker_container_label_com_docker_compose_";

struct Tracked {
  Sample sample;
  std::string service;
};

/// Goes through a configuration, what is referred to first, and gives each component the exports
/// that it would have for the sample containers.
class Tracer {
 public:
  Tracer(const river::diag::SourceMap& sources, const TraceQuestion& question)
      : sources_(sources), question_(question), walk_(sources, question.host) {}

  void trace(const river::config::Program& program) {
    for (const auto& node : program.nodes) visit(*node);
  }
  std::vector<StreamFamily> finish() && { return std::move(walk_).finish(); }

 private:
  struct Decoded {
    std::shared_ptr<void> arguments;
    std::string doubt;
    template <class Arguments>
    const Arguments& as() const {
      return *static_cast<const Arguments*>(arguments.get());
    }
  };

  void visit(const Node& node);
  void discover(const Node& node);
  void relabel_targets(const Node& node);
  void receive(const Node& node);
  void read_containers(const Node& node);
  void read_syslog(const Node& node);
  void read_journal(const Node& node);
  void read_files(const Node& node);

  Decoded decode(const Node& node) const;
  template <class Use>
  void with_scope(const Node& node, const Use& use) const;
  NamedTexts labels(const Node& node, const ast::Body& body, std::string_view name) const;
  std::vector<Tracked> tracked(const Targets& targets, const std::string& doubt) const;
  Value as_targets(std::vector<Tracked> list);
  PlacedRules rules_of(const components::RelabelRulesRef& reference) const;
  Origin origin(const Node& node, Mechanism mechanism) const {
    return {fmt::format("{} \"{}\"", node.signature->name, node.block->label), {}, mechanism};
  }

  const river::diag::SourceMap& sources_;
  const TraceQuestion& question_;
  Walk walk_;
  std::vector<Tracked> tracked_;
  std::map<std::string, Value, std::less<>> exports_;
  std::map<const void*, std::vector<river::diag::Span>> places_;  ///< of exported rules
};

const ast::Statement* attribute(const ast::Body& body, std::string_view name) {
  for (const ast::Statement* statement : body.statements)
    if (!statement->is_block && statement->name == name) return statement;
  return nullptr;
}

PlacedRules placed_rules(const Node& node, const std::vector<components::RuleArguments>& rules) {
  PlacedRules out{components::to_rules(rules), {}};
  for (const ast::Statement* statement : node.block->body.statements)
    if (statement->is_block && statement->name == "rule") out.places.push_back(statement->span);
  return out;
}

template <class Use>
void Tracer::with_scope(const Node& node, const Use& use) const {
  const river::config::Names names(node, [this](std::string_view id) -> const Value* {
    const auto found = exports_.find(id);
    return found == exports_.end() ? nullptr : &found->second;
  });
  use([known = names.scope()](std::string_view name) {
    const Value* value = known(name);
    return value != nullptr ? value : river::stdlib::lookup_elsewhere(name);
  });
}

/// Something in a block depends on what only the machine knows.
bool has_unknown(const ast::Body& body, const river::Scope& scope) {
  river::diag::Diagnostics ignored;
  return std::any_of(
      body.statements.begin(), body.statements.end(), [&](const ast::Statement* statement) {
        return statement->is_block ? has_unknown(statement->body, scope)
                                   : evaluate(*statement->value, scope, ignored).has_unknown();
      });
}

Tracer::Decoded Tracer::decode(const Node& node) const {
  Decoded out{node.signature->make_arguments(), {}};
  with_scope(node, [&](const river::Scope& scope) {
    river::diag::Diagnostics found;
    river::schema::decode_body(node.block->body, node.block->header_span(),
                               node.signature->arguments, out.arguments.get(), scope, found);
    if (found.has_errors() || has_unknown(node.block->body, scope))
      out.doubt = fmt::format("{} depends on the machine that runs it", node.id);
  });
  return out;
}

NamedTexts Tracer::labels(const Node& node, const ast::Body& body, std::string_view name) const {
  NamedTexts out;
  const ast::Statement* given = attribute(body, name);
  if (given == nullptr) return out;
  with_scope(node, [&](const river::Scope& scope) {
    river::diag::Diagnostics ignored;
    const Value value = evaluate(*given->value, scope, ignored);
    if (value.as_object() == nullptr) return;
    for (const auto& [key, text] : *value.as_object()) {
      NamedText& label = out.emplace_back(NamedText{key, std::nullopt});
      if (text.as_string() != nullptr)
        label.value = *text.as_string();
      else if (!text.has_unknown())
        label.value = river::to_text(text);
    }
  });
  return out;
}

PlacedRules Tracer::rules_of(const components::RelabelRulesRef& reference) const {
  PlacedRules out;
  if (!reference.pointer) return out;
  out.rules = *reference.pointer;
  if (const auto found = places_.find(reference.pointer.get()); found != places_.end())
    out.places = found->second;
  return out;
}

void Tracer::visit(const Node& node) {
  const std::string_view name = node.signature->name;
  if (name == "discovery.docker") return discover(node);
  if (name == "discovery.relabel") return relabel_targets(node);
  if (name == "local.file_match") {
    const Decoded decoded = decode(node);
    const auto& arguments = decoded.as<components::local::file_match::Arguments>();
    exports_[node.id] = as_targets(tracked(arguments.path_targets, decoded.doubt));
    return;
  }
  if (name == "loki.write" || name == "loki.relabel" || name == "loki.process")
    return receive(node);
  if (name == "loki.source.docker") return read_containers(node);
  if (name == "loki.source.syslog") return read_syslog(node);
  if (name == "loki.source.journal") return read_journal(node);
  if (name == "loki.source.file") return read_files(node);
}

void Tracer::discover(const Node& node) {
  std::vector<Tracked> found;
  for (const Container& container : question_.containers)
    for (Sample& sample : container_samples(container))
      found.push_back({std::move(sample), container.service});
  exports_[node.id] = as_targets(std::move(found));
}

/// The samples behind targets, with what expressions have changed of them; targets written in the
/// configuration are known throughout.
std::vector<Tracked> Tracer::tracked(const Targets& targets, const std::string& doubt) const {
  std::vector<Tracked> out;
  for (const Target& target : targets) {
    Tracked one;
    const auto by_number = target.find(kSampleLabel);
    // A configuration may use the label as well: then its text is no number of a sample.
    const size_t number = by_number == target.end()
                              ? tracked_.size()
                              : std::strtoul(by_number->second.c_str(), nullptr, 10);
    if (number < tracked_.size()) {
      one = tracked_[number];
      const std::vector<telemetry::Label> before = one.sample.labels[0].all();
      for (const auto& label : before)
        if (!target.contains(label.first)) one.sample.erase(label.first);
      for (const auto& [name, value] : target)
        if (name != kSampleLabel && one.sample.labels[0].get(name) != value)
          one.sample.set(name, value);
    } else {
      one.sample = file_sample(target);
    }
    if (!doubt.empty()) one.sample.doubt(doubt);
    out.push_back(std::move(one));
  }
  return out;
}

Value Tracer::as_targets(std::vector<Tracked> list) {
  Targets targets;
  for (Tracked& one : list) {
    Target::Labels target;
    for (const auto& [name, value] : one.sample.labels[0].all()) target[name] = value;
    target[std::string(kSampleLabel)] = std::to_string(tracked_.size());
    targets.emplace_back(target);
    tracked_.push_back(std::move(one));
  }
  return Value::object(
      {{"targets", Codec<Targets>::encode(targets)}, {"output", Codec<Targets>::encode(targets)}});
}

void Tracer::relabel_targets(const Node& node) {
  const Decoded decoded = decode(node);
  const auto& arguments = decoded.as<components::discovery::relabel::Arguments>();
  const PlacedRules rules = placed_rules(node, arguments.rule);
  std::vector<Tracked> list = tracked(arguments.targets, decoded.doubt);
  for (Tracked& one : list) {
    auto unmet = rules.unmet(kContainerLabel, one.sample);
    std::erase_if(unmet, [](const std::string& name) {
      return name.starts_with(kComposeLabel);  // Containers that lack it are not Compose's.
    });
    if (!unmet.empty() && one.sample.has(kContainerIdLabel))
      one.sample.doubt(
          fmt::format("the container label that provides {} is not known", unmet.front()));
    if (one.sample.has(kContainerIdLabel)) rules.doubt_maps(one.sample);
    run(rules, sources_, one.sample);
  }
  std::erase_if(list, [](const Tracked& one) { return one.sample.is_dropped(); });
  const auto shared = std::make_shared<const components::RelabelRules>(rules.rules);
  places_[shared.get()] = rules.places;
  Value targets = as_targets(std::move(list));
  exports_[node.id] =
      Value::object({{"output", *targets.field("output")},
                     {"rules", Codec<components::RelabelRulesRef>::encode({shared})}});
}

void Tracer::receive(const Node& node) {
  auto hop = std::make_shared<Hop>();
  Decoded decoded = decode(node);
  hop->node = &node;
  hop->arguments = decoded.arguments;
  river::Object exports;
  if (node.signature->name == "loki.write") {  // Its URL and secrets do not matter here.
    hop->external_labels = labels(node, node.block->body, "external_labels");
  } else {
    hop->doubt = decoded.doubt;
  }
  if (node.signature->name == "loki.relabel") {
    hop->rules = placed_rules(node, decoded.as<components::loki::relabel::Arguments>().rule);
    const auto shared = std::make_shared<const components::RelabelRules>(hop->rules.rules);
    places_[shared.get()] = hop->rules.places;
    exports.emplace_back("rules", Codec<components::RelabelRulesRef>::encode({shared}));
  }
  exports.emplace_back("receiver", Codec<LogsReceiver>::encode({hop}));
  exports_[node.id] = Value::object(std::move(exports));
}

void Tracer::read_containers(const Node& node) {
  const Decoded decoded = decode(node);
  const auto& arguments = decoded.as<components::loki::source_docker::Arguments>();
  const NamedTexts own = labels(node, node.block->body, "labels");
  const PlacedRules rules = rules_of(arguments.relabel_rules);
  const bool reads_stream = rules.reads("__meta_docker_container_log_stream");
  Origin from = origin(node, Mechanism::docker);
  for (Tracked& one : tracked(arguments.targets, {})) {
    if (!one.sample.has(kContainerIdLabel)) continue;  // The source reads no other targets.
    set_all(own, 50, one.sample);
    std::vector<Sample> samples = {std::move(one.sample)};
    if (reads_stream)
      samples = each_of(std::move(samples), "__meta_docker_container_log_stream",
                        {known("stdout"), known("stderr")});
    for (Sample& sample : samples) {
      rules.doubt_maps(sample);
      run(rules, sources_, sample);
      sample.hide();
    }
    from.service = one.service;
    walk_.send(from, arguments.forward_to, std::move(samples));
  }
}

void Tracer::read_syslog(const Node& node) {
  const Decoded decoded = decode(node);
  const auto& arguments = decoded.as<components::loki::source_syslog::Arguments>();
  const PlacedRules rules = rules_of(arguments.relabel_rules);
  size_t i = 0;
  for (const ast::Statement* block : node.block->body.statements) {
    if (!block->is_block || block->name != "listener" || i >= arguments.listener.size()) continue;
    const std::string& address = arguments.listener[i++].address.text;
    Origin from = origin(node, Mechanism::syslog);
    from.text += ", listener " + address;
    std::vector<Sample> samples = syslog_samples(labels(node, block->body, "labels"), rules);
    for (Sample& sample : samples) {
      run(rules, sources_, sample);
      sample.dropped = {};  // A rule that drops does not drop here.
      sample.hide();
    }
    const auto known_as = question_.listeners.find(address.substr(address.rfind(':') + 1));
    from.service = known_as != question_.listeners.end()
                       ? known_as->second
                       : service_of(samples[0], "", question_.services);
    walk_.send(from, arguments.forward_to, std::move(samples));
  }
}

void Tracer::read_journal(const Node& node) {
  const Decoded decoded = decode(node);
  const auto& arguments = decoded.as<components::loki::source_journal::Arguments>();
  const PlacedRules rules = rules_of(arguments.relabel_rules);
  const Origin from = origin(node, Mechanism::journal);
  for (JournalKind& kind : journal_kinds(labels(node, node.block->body, "labels"), node.id,
                                         arguments.matches, rules, sources_)) {
    for (Sample& sample : kind.samples) {
      run(rules, sources_, sample);
      sample.hide();
    }
    Origin own = from;
    own.service = service_of(kind.samples[0], kind.unit_text, question_.services);
    walk_.send(own, arguments.forward_to, std::move(kind.samples));
  }
}

void Tracer::read_files(const Node& node) {
  const Decoded decoded = decode(node);
  const auto& arguments = decoded.as<components::loki::source_file::Arguments>();
  for (Tracked& one : tracked(arguments.targets, decoded.doubt)) {
    VariantTexts path;
    for (size_t i = 0; i < kVariants; ++i) path[i] = one.sample.labels[i].get("__path__");
    Origin from = origin(node, Mechanism::file);
    if (const auto shown = without_markers(path[0], 0); !path[0].empty())
      from.text += fmt::format(", {}", fmt::join(shown.literals, "*"));
    one.sample.hide();
    one.sample.set("filename", path);
    from.service = service_of(one.sample, "", question_.services);
    walk_.send(from, arguments.forward_to, {std::move(one.sample)});
  }
}

}  // namespace

std::vector<StreamFamily> families(const river::config::Program& program,
                                   const river::diag::SourceMap& sources,
                                   const TraceQuestion& question) {
  Tracer tracer(sources, question);
  tracer.trace(program);
  return std::move(tracer).finish();
}

}  // namespace compiler::migrate::streams
