#include "compiler/migrate/streams/trace.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "compiler/migrate/streams/origins.h"
#include "compiler/migrate/streams/walk.h"
#include "components/shared/rule/signature.h"
#include "components/shared/streams.h"
#include "river/config/steps.h"
#include "river/printer.h"
#include "river/schema/decode.h"

namespace compiler::migrate::streams {

namespace ast = river::ast;
using components::LogsReceiver;
using components::SourceStreams;
using components::Streams;
using river::Value;
using river::config::Node;
using river::schema::Codec;
using river::schema::Target;
using river::schema::Targets;

namespace {

/// The number of a target's sample: it comes along through expressions and rules.
constexpr std::string_view kSampleLabel = "__tributary_sample";

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
  Outflow finish() && { return std::move(walk_).finish(); }

 private:
  struct Decoded {
    std::shared_ptr<void> arguments;
    std::string doubt;
  };

  void visit(const Node& node);
  std::vector<Tracked> discover() const;
  std::vector<Tracked> relabelled(const Targets& targets, const PlacedRules& rules,
                                  const std::string& doubt);
  std::shared_ptr<Hop> receiver(const Node& node, Decoded decoded, Streams streams,
                                PlacedRules rules) const;
  void read(const Node& node, const SourceStreams& source);
  void read_targets(const Node& node, const SourceStreams& source, const PlacedRules& rules,
                    const NamedTexts& own);

  Decoded decode(const Node& node) const;
  template <class Use>
  void with_scope(const Node& node, const Use& use) const;
  NamedTexts labels(const Node& node, const ast::Body& body, std::string_view name) const;
  std::string doubt_of(const Node& node, std::string_view name) const;
  std::string text_of(const Node& node, const ast::Body& body, std::string_view name) const;
  NamedTexts backends(const Node& node, const Streams& streams) const;
  std::vector<Tracked> tracked(const Targets& targets, const std::string& doubt) const;
  Value as_targets(std::vector<Tracked> list);
  PlacedRules rules_of(const components::RelabelRulesRef& reference) const;

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

/// Block number `index` of this name, or the body itself when there is no name; nullptr: there is
/// none.
const ast::Body* body_of(const ast::Body& body, std::string_view block, size_t index) {
  if (block.empty()) return &body;
  for (const ast::Statement* statement : body.statements)
    if (statement->is_block && statement->name == block && index-- == 0) return &statement->body;
  return nullptr;
}

Streams streams_of(const river::schema::Signature& signature, const void* arguments) {
  return std::any_cast<Streams>(signature.streams(arguments));
}

Mechanism mechanism_of(SourceStreams::Medium medium) {
  switch (medium) {
    case SourceStreams::Medium::containers:
      return Mechanism::docker;
    case SourceStreams::Medium::files:
      return Mechanism::file;
    case SourceStreams::Medium::journal:
      return Mechanism::journal;
    case SourceStreams::Medium::syslog:
      return Mechanism::syslog;
    case SourceStreams::Medium::pushed:
      break;
  }
  return Mechanism::none;
}

Origin origin(const Node& node, const SourceStreams& source) {
  Origin out{fmt::format("{} \"{}\"", node.signature->name, node.block->label),
             {},
             mechanism_of(source.medium)};
  if (!source.listener.empty()) out.text += ", listener " + source.listener;
  return out;
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

std::string depends_on_machine(const Node& node) {
  return fmt::format("{} depends on the machine that runs it", node.id);
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
      out.doubt = depends_on_machine(node);
  });
  return out;
}

/// Why an attribute is not all known; empty: it is.
std::string Tracer::doubt_of(const Node& node, std::string_view name) const {
  std::string out;
  const ast::Statement* given = attribute(node.block->body, name);
  if (given == nullptr) return out;
  with_scope(node, [&](const river::Scope& scope) {
    river::diag::Diagnostics ignored;
    if (evaluate(*given->value, scope, ignored).has_unknown()) out = depends_on_machine(node);
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

/// An attribute's text; what depends on the machine is as it is written.
std::string Tracer::text_of(const Node& node, const ast::Body& body, std::string_view name) const {
  std::string out;
  const ast::Statement* given = attribute(body, name);
  if (given == nullptr) return out;
  with_scope(node, [&](const river::Scope& scope) {
    river::diag::Diagnostics ignored;
    const Value value = evaluate(*given->value, scope, ignored);
    out =
        value.as_string() != nullptr ? *value.as_string() : river::print_expression(*given->value);
  });
  return out;
}

std::string without_login(std::string url) {
  const size_t scheme = url.find("://");
  if (scheme == std::string::npos) return url;
  const size_t begin = scheme + 3, end = url.find('/', begin);
  const size_t login = url.substr(0, end).rfind('@');
  if (login != std::string::npos && login >= begin) url.erase(begin, login + 1 - begin);
  return url.substr(0, url.find('?'));
}

/// A backend's addresses, each with its tenant.
NamedTexts Tracer::backends(const Node& node, const Streams& streams) const {
  NamedTexts out;
  if (!streams.is_backend) return out;
  for (size_t i = 0;; ++i) {
    const ast::Body* body = body_of(node.block->body, streams.backend_block, i);
    if (body == nullptr) return out;
    std::string tenant = text_of(node, *body, streams.tenant_attribute);
    for (const NamedText& header : labels(node, *body, "headers"))
      if (base::to_lower(header.name) == "x-scope-orgid" && header.value) tenant = *header.value;
    out.push_back({without_login(text_of(node, *body, streams.address_attribute)), tenant});
  }
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
  if (node.signature->streams == nullptr) return;
  Decoded decoded = decode(node);
  Streams streams = streams_of(*node.signature, decoded.arguments.get());
  for (const SourceStreams& source : streams.sources) read(node, source);
  river::Object exports;
  PlacedRules rules;
  if (streams.rules != nullptr) {
    rules = placed_rules(node, *streams.rules);
    const auto shared = std::make_shared<const components::RelabelRules>(rules.rules);
    places_[shared.get()] = rules.places;
    exports.emplace_back("rules", Codec<components::RelabelRulesRef>::encode({shared}));
  }
  if (streams.finds_containers || streams.targets != nullptr) {
    // By whichever name the component exports them.
    const Value targets = as_targets(
        streams.finds_containers ? discover() : relabelled(*streams.targets, rules, decoded.doubt));
    exports.emplace_back("targets", targets);
    exports.emplace_back("output", targets);
  }
  if (streams.receives)
    exports.emplace_back("receiver", Codec<LogsReceiver>::encode({receiver(
                                         node, std::move(decoded), std::move(streams), rules)}));
  if (!exports.empty()) exports_[node.id] = Value::object(std::move(exports));
}

std::vector<Tracked> Tracer::discover() const {
  std::vector<Tracked> found;
  for (const Container& container : question_.containers)
    for (Sample& sample : container_samples(container))
      found.push_back({std::move(sample), container.service});
  return found;
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
  return Codec<Targets>::encode(targets);
}

std::vector<Tracked> Tracer::relabelled(const Targets& targets, const PlacedRules& rules,
                                        const std::string& doubt) {
  std::vector<Tracked> list = tracked(targets, doubt);
  if (rules.rules.empty()) return list;
  for (Tracked& one : list) {
    doubt_container_labels(rules, one.sample);
    const Sample before = one.sample;
    run(rules, sources_, one.sample);
    if (one.sample.is_dropped())
      walk_.drop({{}, one.service, Mechanism::docker}, dropping_rule(rules, sources_, before));
  }
  std::erase_if(list, [](const Tracked& one) { return one.sample.is_dropped(); });
  return list;
}

std::shared_ptr<Hop> Tracer::receiver(const Node& node, Decoded decoded, Streams streams,
                                      PlacedRules rules) const {
  auto hop = std::make_shared<Hop>();
  hop->node = &node;
  hop->external_labels = labels(node, node.block->body, streams.external_labels);
  hop->backends = backends(node, streams);
  // Of a backend, addresses and secrets do not matter here.
  if (!streams.is_backend) hop->doubt = std::move(decoded.doubt);
  hop->arguments = std::move(decoded.arguments);
  hop->streams = std::move(streams);
  hop->rules = std::move(rules);
  return hop;
}

void Tracer::read(const Node& node, const SourceStreams& source) {
  const PlacedRules rules = rules_of(source.rules);
  const ast::Body* labelled =
      body_of(node.block->body, source.labels_block, source.labels_block_index);
  if (labelled == nullptr) return;
  const NamedTexts own = labels(node, *labelled, source.labels_attribute);
  if (source.targets != nullptr) return read_targets(node, source, rules, own);
  Sample base;
  set_all(own, kMachineMarker, base);
  if (source.has_job) base.set("job", node.id);
  if (source.medium == SourceStreams::Medium::pushed)
    base.doubt(fmt::format("the labels of {} are those of its senders", node.id));
  for (EntryKind& kind : entry_kinds(base, source, rules, sources_)) {
    std::vector<PlacedStep> dropped;
    for (Sample& sample : kind.samples) {
      const Sample before = sample;
      run(rules, sources_, sample);
      if (!source.rules_drop) sample.dropped = {};
      if (sample.is_dropped()) dropped.push_back(dropping_rule(rules, sources_, before));
      sample.hide();
    }
    Origin from = origin(node, source);
    const auto known_as =
        question_.listeners.find(source.listener.substr(source.listener.rfind(':') + 1));
    from.service = known_as != question_.listeners.end()
                       ? known_as->second
                       : service_of(kind.samples[0], kind.unit_text, question_.services);
    for (const PlacedStep& step : dropped) walk_.drop(from, step);
    walk_.send(from, source.forward_to, std::move(kind.samples));
  }
}

void Tracer::read_targets(const Node& node, const SourceStreams& source, const PlacedRules& rules,
                          const NamedTexts& own) {
  for (Tracked& one : tracked(*source.targets, doubt_of(node, "targets"))) {
    if (!source.needed_label.empty() && !one.sample.has(source.needed_label)) continue;
    VariantTexts path = known("");
    for (size_t i = 0; i < kVariants && !source.path_label.empty(); ++i)
      path[i] = one.sample.labels[i].get(source.path_label);
    Origin from = origin(node, source);
    if (!path[0].empty())
      from.text += fmt::format(", {}", fmt::join(without_markers(path[0], 0).literals, "*"));
    set_all(own, kMachineMarker, one.sample);
    if (source.has_job && !one.sample.has("job")) one.sample.set("job", node.id);
    if (!source.kinds.empty())
      one.sample.doubt(fmt::format("the label {} is not known", source.kinds.front().name));
    std::vector<Sample> samples = with_fields(one.sample, source, rules);
    std::vector<PlacedStep> dropped;
    for (Sample& sample : samples) {
      const Sample before = sample;
      run(rules, sources_, sample);
      if (sample.is_dropped()) dropped.push_back(dropping_rule(rules, sources_, before));
      sample.hide();
      if (!source.path_label.empty()) sample.set("filename", path);
    }
    from.service = source.medium == SourceStreams::Medium::containers
                       ? one.service
                       : service_of(samples[0], "", question_.services);
    for (const PlacedStep& step : dropped) walk_.drop(from, step);
    walk_.send(from, source.forward_to, std::move(samples));
  }
}

}  // namespace

Outflow outflow(const river::config::Program& program, const river::diag::SourceMap& sources,
                const TraceQuestion& question) {
  Tracer tracer(sources, question);
  tracer.trace(program);
  return std::move(tracer).finish();
}

}  // namespace compiler::migrate::streams
