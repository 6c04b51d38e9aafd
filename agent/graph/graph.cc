#include "agent/graph/graph.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "river/diag/render.h"
#include "river/schema/decode.h"

namespace agent {
namespace {

using river::Value;
using river::config::Node;

/// Exports that a component has not published are null: they decode into empty lists and strings.
Value null_exports(const river::schema::Signature& signature) {
  river::Object fields;
  for (const auto& field : signature.exports) fields.emplace_back(std::string(field.name), Value());
  return Value::object(std::move(fields));
}

Value current_exports(const Running& running) {
  Value exports = running.slot->get();
  return exports.is_null() ? null_exports(*running.node->signature) : exports;
}

/// Evaluates one node; without value after reporting.
std::optional<Arguments> evaluate(const river::config::Program& program, const Node& node,
                                  const river::config::ExportsOf& exports,
                                  river::diag::Diagnostics& diagnostics) {
  auto decoded = river::config::decode(program, node, exports, diagnostics);
  if (!decoded) return std::nullopt;
  Value encoded = river::schema::encode(node.signature->arguments, decoded.get());
  return Arguments{std::move(decoded), std::move(encoded)};
}

}  // namespace

/// The next generation, complete but not yet running: for each node of the new configuration either
/// a running component with its next arguments, or a fresh one.
struct Graph::Plan {
  struct Step {
    const Node* node;
    Running* kept = nullptr;         ///< runs already
    Arguments next;                  ///< for kept
    std::unique_ptr<Running> fresh;  ///< to be started
  };
  std::vector<Step> steps;
  bool usable = true;
};

Graph::Graph(std::span<const components::Builder> builders, std::filesystem::path storage,
             base::metrics::Registry& metrics, std::function<void()> wake)
    : builders_(builders),
      storage_(std::move(storage)),
      metrics_(metrics),
      wake_(std::move(wake)) {}

Graph::~Graph() {
  stop();
}

bool Graph::apply(std::unique_ptr<Configuration>& next, river::diag::Diagnostics& diagnostics) {
  Plan plan = make_plan(*next, diagnostics);
  if (!plan.usable) return false;
  commit(std::move(plan), std::move(next));
  propagate();
  return true;
}

Graph::Plan Graph::make_plan(const Configuration& next, river::diag::Diagnostics& diagnostics) {
  Plan plan;
  std::map<std::string, Value, std::less<>> known;
  const auto exports_of = [&](std::string_view id) -> const Value* {
    const auto found = known.find(id);
    return found == known.end() ? nullptr : &found->second;
  };
  for (const auto& node : next.program.nodes) {
    auto arguments = evaluate(next.program, *node, exports_of, diagnostics);
    if (!arguments) {
      plan.usable = false;
      known[node->id] = river::schema::unknown_exports(*node->signature);
      continue;
    }
    Plan::Step step{node.get(), find(node->id), {}, nullptr};
    if (step.kept)
      step.next = std::move(*arguments);
    else
      step.fresh = build(*node, std::move(*arguments));
    known[node->id] = step.kept ? step.kept->exports : step.fresh->exports;
    plan.steps.push_back(std::move(step));
  }
  return plan;
}

std::unique_ptr<Running> Graph::build(const Node& node, Arguments arguments) {
  auto running = std::make_unique<Running>();
  running->node = &node;
  running->arguments = std::move(arguments);
  const auto builder =
      std::ranges::find(builders_, node.signature, &components::Builder::signature);
  if (builder != builders_.end()) {
    components::Context context{.id = node.id,
                                .data_dir = storage_ / node.id,
                                .metrics = base::metrics::Scope(metrics_, node.id),
                                .log = base::Logger(node.id),
                                .publish = [slot = running->slot, wake = wake_](Value exports) {
                                  slot->set(std::move(exports));
                                  wake();
                                }};
    running->component = builder->build(std::move(context), running->arguments.decoded.get());
  }
  running->exports = current_exports(*running);
  return running;
}

void Graph::commit(Plan plan, std::unique_ptr<Configuration> next) {
  std::set<const Running*> kept;
  for (const auto& step : plan.steps)
    if (step.kept) kept.insert(step.kept);
  std::vector<std::unique_ptr<Running>> gone;
  std::vector<std::unique_ptr<Running>> staying;
  std::set<const Node*> needed;  // by something in the old graph
  for (auto& running : running_) {
    for (const Node* dependency : running->node->dependencies) needed.insert(dependency);
    (kept.contains(running.get()) ? staying : gone).push_back(std::move(running));
  }
  // What nothing sends to (sources) stops first: it frees ports and files for its successors.
  std::ranges::reverse(gone);
  for (const auto& running : gone)
    if (!needed.contains(running->node)) running->stop();

  running_.clear();
  for (auto& step : plan.steps) {
    if (step.kept) {
      step.kept->node = step.node;
      if (!(step.kept->arguments.encoded == step.next.encoded))
        step.kept->update(std::move(step.next));
      running_.push_back(
          std::move(*std::ranges::find(staying, step.kept, &std::unique_ptr<Running>::get)));
    } else {
      step.fresh->start();
      running_.push_back(std::move(step.fresh));
    }
  }
  for (const auto& running : gone)
    if (needed.contains(running->node)) running->stop();
  gone.clear();
  configuration_ = std::move(next);
}

void Graph::propagate() {
  if (!configuration_) return;
  // Dependency order: one pass settles what publishes synchronously; what is published later wakes.
  std::set<const Node*> changed;
  for (const auto& running : running_) {
    const bool dirty = std::ranges::any_of(
        running->node->dependencies, [&](const Node* node) { return changed.contains(node); });
    if (dirty) reevaluate(*running);
    Value exports = current_exports(*running);
    if (exports == running->exports) continue;
    running->exports = std::move(exports);
    changed.insert(running->node);
  }
}

void Graph::reevaluate(Running& running) {
  river::diag::Diagnostics diagnostics;
  const auto exports_of = [&](std::string_view id) -> const Value* {
    const Running* found = find(id);
    return found ? &found->exports : nullptr;
  };
  auto arguments = evaluate(configuration_->program, *running.node, exports_of, diagnostics);
  if (!arguments) {
    diagnostics.sort();
    running.evaluation_error =
        river::diag::one_line(diagnostics.items().front(), configuration_->sources);
    base::Logger(running.id()).error("keeps its old arguments: {}", running.evaluation_error);
    return;
  }
  if (!(arguments->encoded == running.arguments.encoded)) running.update(std::move(*arguments));
}

void Graph::retry_failed() {
  for (auto& running : running_) {
    if (running->update_failed) running->update(running->arguments);
    if (running->start_error.empty()) continue;
    auto again = build(*running->node, running->arguments);
    again->exports = running->exports;  // Dependents still hold these: propagate() sees the change.
    again->start();
    running = std::move(again);
  }
  propagate();
}

void Graph::stop() {
  std::for_each(running_.rbegin(), running_.rend(), [](const auto& running) { running->stop(); });
  running_.clear();
}

std::vector<ComponentStatus> Graph::status() const {
  std::vector<ComponentStatus> all;
  for (const auto& running : running_) {
    if (!running->component) continue;
    ComponentStatus status{
        running->id(), std::string(running->node->signature->name), running->health(), {}};
    for (const Node* dependency : running->node->dependencies)
      status.references.push_back(dependency->id);
    all.push_back(std::move(status));
  }
  return all;
}

bool Graph::has_failed() const {
  return std::ranges::any_of(running_, [](const auto& running) {
    return running->update_failed || !running->start_error.empty();
  });
}

const std::string& Graph::hash() const {
  static const std::string kNone;
  return configuration_ ? configuration_->hash : kNone;
}

const void* Graph::arguments_of(std::string_view id) const {
  const Running* running = find(id);
  return running ? running->arguments.decoded.get() : nullptr;
}

Running* Graph::find(std::string_view id) const {
  for (const auto& running : running_)
    if (running->id() == id) return running.get();
  return nullptr;
}

}  // namespace agent
