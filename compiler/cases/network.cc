#include "compiler/cases/network.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/cases/station.h"
#include "components/shared/rule/signature.h"
#include "river/config/steps.h"
#include "river/schema/decode.h"

namespace compiler::cases {

namespace ast = river::ast;
using components::LogsReceiver;
using components::Streams;
using river::Value;
using river::config::Node;
using river::schema::Codec;
using river::schema::Targets;

namespace {

constexpr std::string_view kContainerId = "__meta_docker_container_id";

const river::Type* const kTakesName[] = {&river::kStringType};
constexpr river::Function kVariable{
    .name = "sys.env",
    .arity_min = 1,
    .arity_max = 1,
    .parameters = kTakesName,
    .result = &river::kStringType,
    .call = [](const std::vector<Value>& arguments) -> base::Result<Value> {
      return Value::string(fmt::format("${{{}}}", *arguments.front().as_string()));
    }};

/// What belongs to the machine that runs a configuration, as text that can be recognized: unknown
/// values would take labels away.
const Value* lookup_placeholder(std::string_view name) {
  const auto text = [](const char* value) { return Value::string(value); };
  static const std::map<std::string, Value, std::less<>> kNames = {
      {"constants",
       Value::object(
           {{"arch", text("${arch}")}, {"hostname", text("${hostname}")}, {"os", text("${os}")}})},
      {"env", Value::function(&kVariable)},
      {"sys", Value::object({{"env", Value::function(&kVariable)}})}};
  const auto found = kNames.find(name);
  return found == kNames.end() ? nullptr : &found->second;
}

/// What a scope says of names; `use` gets it while they are valid.
template <class Use>
void with_scope(const Node& node, const std::map<std::string, Value, std::less<>>& exports,
                const Use& use) {
  const river::config::Names names(node, [&](std::string_view id) -> const Value* {
    const auto found = exports.find(id);
    return found == exports.end() ? nullptr : &found->second;
  });
  use([known = names.scope()](std::string_view name) {
    const Value* value = known(name);
    return value != nullptr ? value : lookup_placeholder(name);
  });
}

}  // namespace

std::optional<size_t> CountedRules::apply(telemetry::LabelsBuilder& labels) const {
  for (size_t i = 0; i < single.size(); ++i)
    if (!telemetry::relabel::apply(single[i], labels)) return i;
  return std::nullopt;
}

Network::Network(const river::config::Program& program, Targets containers, Coverage& coverage)
    : containers_(std::move(containers)), coverage_(coverage) {
  for (const auto& node : program.nodes) visit(*node);
}

Network::~Network() = default;

std::shared_ptr<void> Network::decode(const Node& node) const {
  auto arguments = node.signature->make_arguments();
  with_scope(node, exports_, [&](const river::Scope& scope) {
    river::diag::Diagnostics ignored;  // The configuration was checked before.
    river::schema::decode_body(node.block->body, node.block->header_span(),
                               node.signature->arguments, arguments.get(), scope, ignored);
  });
  return arguments;
}

TextMap Network::labels(const Node& node, std::string_view attribute) const {
  TextMap out;
  for (const ast::Statement* given : node.block->body.statements) {
    if (given->is_block || given->name != attribute) continue;
    with_scope(node, exports_, [&](const river::Scope& scope) {
      river::diag::Diagnostics ignored;
      const Value value = evaluate(*given->value, scope, ignored);
      if (value.as_object() == nullptr) return;
      for (const auto& [name, text] : *value.as_object())
        out[name] = text.as_string() != nullptr ? *text.as_string()
                    : text.has_unknown()        ? std::string("?")
                                                : river::to_text(text);
    });
  }
  return out;
}

CountedRules Network::counted(const Node& node,
                              const std::vector<components::RuleArguments>& rules) {
  CountedRules out;
  out.all = components::to_rules(rules);
  const size_t first = coverage_.add(node);
  for (size_t i = 0; i < out.all.size(); ++i) {
    out.steps.push_back(first + i);
    out.all[i].matched = coverage_.step(first + i).matched;
    out.single.push_back({out.all[i]});
  }
  return out;
}

/// The targets that rules keep; of containers that they do not, which rule it was.
Targets Network::relabelled(const Node& node, const Targets& targets, const CountedRules& rules) {
  Targets kept;
  for (const auto& target : targets) {
    telemetry::LabelsBuilder labels;
    for (const auto& [name, value] : target) labels.set(name, value);
    if (const auto dropped = rules.apply(labels)) {
      if (const auto id = target.find(kContainerId); id != target.end())
        lost_containers_[id->second] = {fmt::format("{}: rule", node.id),
                                        coverage_.step(rules.steps[*dropped]).place};
      continue;
    }
    kept.emplace_back(river::schema::Target::Labels(labels.all().begin(), labels.all().end()));
  }
  return kept;
}

Network::Source Network::source_of(const Node& node, std::shared_ptr<void> arguments,
                                   components::SourceStreams streams) {
  Source source{&node, std::move(arguments), std::move(streams), {}, {}};
  source.receive = source.streams.receive(node.id);
  if (source.streams.medium != components::SourceStreams::Medium::containers) return source;
  for (const auto& target : *source.streams.targets)
    if (const auto id = target.find(kContainerId); id != target.end())
      source.containers.emplace(id->second, &target);
  return source;
}

void Network::visit(const Node& node) {
  if (node.signature->streams == nullptr) return;
  const std::shared_ptr<void> arguments = decode(node);
  auto streams = std::any_cast<Streams>(node.signature->streams(arguments.get()));
  for (auto& source : streams.sources)
    if (source.receive) sources_.push_back(source_of(node, arguments, source));
  river::Object exports;
  CountedRules rules;
  if (streams.rules != nullptr) {
    rules = counted(node, *streams.rules);
    exports.emplace_back("rules",
                         Codec<components::RelabelRulesRef>::encode(
                             {std::make_shared<const components::RelabelRules>(rules.all)}));
  }
  if (streams.finds_containers || streams.targets != nullptr) {
    // By whichever name the component exports them.
    const Value targets = Codec<Targets>::encode(
        streams.finds_containers ? containers_ : relabelled(node, *streams.targets, rules));
    exports.emplace_back("targets", targets);
    exports.emplace_back("output", targets);
  }
  if (streams.receives) {
    TextMap external = labels(node, streams.external_labels);
    stations_.push_back(std::make_shared<Station>(node, arguments, std::move(streams),
                                                  std::move(rules), std::move(external),
                                                  Notes{coverage_, outcome_}));
    exports.emplace_back("receiver", Codec<LogsReceiver>::encode({stations_.back()}));
  }
  if (!exports.empty()) exports_[node.id] = Value::object(std::move(exports));
}

Outcome Network::run(const Input& input, const std::string& container_id) {
  outcome_ = {};
  for (const auto& station : stations_) station->begin_case(input.time_ns);
  if (input.kind == Input::Kind::component) {
    const auto station = find_station(input);
    if (!station) return {station.error().message, {}, {}};
    telemetry::LogBatch batch;
    const telemetry::Labels labels(
        std::vector<telemetry::Label>(input.fields.begin(), input.fields.end()));
    for (const std::string& line : input.lines) batch.add(input.time_ns, line, labels);
    (*station)->receive(std::move(batch));
  } else {
    const auto source = find_source(input);
    if (!source) return {source.error().message, {}, {}};
    receive(**source, input, container_id, outcome_);
  }
  // Who sends comes before who receives.
  for (size_t i = stations_.size(); i-- > 0;) stations_[i]->flush();
  return std::move(outcome_);
}

}  // namespace compiler::cases
