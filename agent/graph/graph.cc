#include "agent/graph/graph.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "river/diag/render.h"
#include "river/schema/decode.h"

namespace agent::graph {
namespace {

using river::Value;
using river::config::Node;

bool refers_to(const Node& node, const std::set<const Node*>& others) {
  return std::ranges::any_of(node.dependencies,
                             [&](const Node* other) { return others.contains(other); });
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

/// The next generation, checked but not yet running: for each node of the new configuration either
/// a running component, or a fresh one.
struct Graph::Plan {
  struct Step {
    const Node* node;
    ComponentInstance* kept = nullptr;         ///< runs already
    std::unique_ptr<ComponentInstance> fresh;  ///< to be started
    Arguments arguments;                       ///< as evaluated with the exports of before
    Value exports;                             ///< what its dependents were evaluated with
  };
  std::vector<Step> steps;
  bool usable = true;
};

Graph::Graph(std::span<const components::Builder> builders, Storage storage,
             base::metrics::Registry& metrics, std::function<void()> wake)
    : builders_(builders),
      storage_(std::move(storage)),
      metrics_(metrics),
      wake_(std::make_shared<Wake>()) {
  wake_->call = std::move(wake);
}

Graph::~Graph() {
  stop(Clock::now());
  for (const auto& ending : draining_) ending.instance->component->stop();
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
    Plan::Step step{node.get(), find(node->id), nullptr, std::move(*arguments), {}};
    if (!step.kept) step.fresh = build(*node, step.arguments);
    step.exports = step.kept ? step.kept->exports : step.fresh->exports;
    known[node->id] = step.exports;
    plan.steps.push_back(std::move(step));
  }
  return plan;
}

std::unique_ptr<ComponentInstance> Graph::build(const Node& node, Arguments arguments) {
  auto running = std::make_unique<ComponentInstance>();
  running->node = &node;
  running->arguments = std::move(arguments);
  const auto builder =
      std::ranges::find(builders_, node.signature, &components::Builder::signature);
  if (builder != builders_.end()) {
    components::Context context{.id = node.id,
                                .data_dir = storage_.folder / node.id,
                                .metrics = base::metrics::Scope(metrics_, node.id),
                                .log = base::Logger(node.id),
                                .publish =
                                    [slot = running->slot, wake = wake_](Value exports) {
                                      slot->set(std::move(exports));
                                      if (!wake->is_called.exchange(true)) wake->call();
                                    },
                                .exporters = exporters_,
                                .queue_size = storage_.queue_size,
                                .loop = &loop_};
    running->component = builder->build(std::move(context), running->arguments.decoded.get());
  }
  running->refresh_exports();
  return running;
}

void Graph::commit(Plan plan, std::unique_ptr<Configuration> next) {
  std::set<const ComponentInstance*> kept;
  for (const auto& step : plan.steps)
    if (step.kept) kept.insert(step.kept);
  const auto needed = needed_nodes();
  Instances gone;
  Instances staying;
  for (auto& running : running_)
    (kept.contains(running.get()) ? staying : gone).push_back(std::move(running));
  // What nothing sends to (sources) stops first: it frees ports and files for its successors.
  std::ranges::reverse(gone);
  const auto deadline = Clock::now() + kDrainMax;
  end_sources(gone, needed, deadline);

  // In dependency order, so that each is evaluated once all that it refers to says what it will:
  // an upstream that was updated or started a moment ago has other exports than in the plan.
  running_.clear();
  configuration_.swap(next);  // The old one goes last: stopping components still refer to it.
  std::set<const Node*> changed;
  for (auto& step : plan.steps) {
    std::unique_ptr<ComponentInstance> running;
    if (step.kept) {
      running = std::move(
          *std::ranges::find(staying, step.kept, &std::unique_ptr<ComponentInstance>::get));
      running->node = step.node;
    }
    std::optional<Arguments> current = std::move(step.arguments);
    std::string error;
    if (refers_to(*step.node, changed)) current = evaluate_now(*step.node, error);
    if (running) {
      give(*running, std::move(current), std::move(error));
    } else {
      running = std::move(step.fresh);
      if (current && !(current->encoded == running->arguments.encoded))
        running = build(*step.node, std::move(*current));
      running->is_provisional = unknown_dependency(*step.node) != nullptr;
      start(*running);
      if (!error.empty()) running->keep_arguments(std::move(error));
    }
    if (running->refresh_exports() || !(running->exports == step.exports))
      changed.insert(step.node);
    running_.push_back(std::move(running));
  }
  for (auto& running : gone) end(std::move(running), deadline);
}

std::set<const Node*> Graph::needed_nodes() const {
  std::set<const Node*> needed;
  for (const auto& running : running_)
    needed.insert(running->node->dependencies.begin(), running->node->dependencies.end());
  return needed;
}

const Node* Graph::unknown_dependency(const Node& node) const {
  const auto found = std::ranges::find_if(node.dependencies, [&](const Node* dependency) {
    const ComponentInstance* running = find(dependency->id);
    return running && !running->exports_are_known;
  });
  return found == node.dependencies.end() ? nullptr : *found;
}

void Graph::give(ComponentInstance& running, std::optional<Arguments> arguments,
                 std::string error) {
  const Node* unknown = unknown_dependency(*running.node);
  running.waits_for.clear();
  // What stands in for an unknown list of targets is an empty one: a source that took it would let
  // go of all its files and containers, to find them again a moment later.
  if (unknown && !running.is_provisional) {
    running.waits_for = unknown->id;
    return;
  }
  running.is_provisional = unknown != nullptr;
  if (arguments)
    running.take(std::move(*arguments));
  else
    running.keep_arguments(std::move(error));
}

void Graph::start(ComponentInstance& instance) {
  instance.waits_to_start = is_draining(instance.id());
  if (!instance.waits_to_start) instance.start();
}

void Graph::end(std::unique_ptr<ComponentInstance> instance, Clock::time_point deadline) {
  const bool waits_to_start = instance->waits_to_start;
  if (!instance->is_started() && !waits_to_start) return;
  components::Component& component = *instance->component;
  instance->drain(deadline);
  if (!waits_to_start && component.is_drained()) return component.stop();
  draining_.push_back({instance->id(), std::move(instance), deadline, waits_to_start});
}

void Graph::end_sources(Instances& gone, const std::set<const Node*>& needed,
                        Clock::time_point deadline) {
  const auto is_source = [&](const auto& running) { return !needed.contains(running->node); };
  for (const auto& running : gone)
    if (is_source(running)) running->drain(deadline);
  for (auto& running : gone) {
    if (!is_source(running)) continue;
    if (running->waits_to_start)  // It has taken nothing.
      running = nullptr;
    else
      end(std::move(running), deadline);
  }
  std::erase(gone, nullptr);
}

void Graph::end_drained() {
  // Counting and giving up come after the deadline, and take a moment.
  constexpr auto kGrace = std::chrono::seconds(1);
  const auto overdue = Clock::now() - kGrace;
  for (auto ending = draining_.begin(); ending != draining_.end();) {
    components::Component& component = *ending->instance->component;
    if (waits(*ending) || (!component.is_drained() && ending->deadline > overdue)) {
      ++ending;
      continue;
    }
    component.stop();
    ending = draining_.erase(ending);
  }
  for (const auto& running : running_)
    if (running->waits_to_start && !is_draining(running->id())) running->start_late();
}

bool Graph::waits(Draining& ending) {
  if (!ending.waits_to_start) return false;
  if (is_stopping_ && ending.deadline <= Clock::now()) return false;  // Too late to begin.
  const auto first = std::ranges::find(draining_, ending.id, &Draining::id);
  if (&*first != &ending) return true;
  ending.waits_to_start = false;
  components::Component& component = *ending.instance->component;
  if (auto started = component.start(); !started)
    base::Logger(ending.id).error("cannot start: {}", started.error().message);
  if (!is_stopping_) ending.deadline = Clock::now() + kDrainMax;
  component.drain(ending.deadline);
  return false;
}

bool Graph::is_draining(std::string_view id) const {
  return std::ranges::any_of(draining_, [&](const Draining& ending) { return ending.id == id; });
}

void Graph::propagate() {
  wake_->is_called = false;  // Before the look: what is published after it wakes again.
  if (!configuration_) return;
  // Dependency order: one pass settles what publishes synchronously; what is published later wakes.
  std::set<const Node*> changed;
  for (const auto& running : running_) {
    if (refers_to(*running->node, changed)) {
      std::string error;
      auto arguments = evaluate_now(*running->node, error);
      give(*running, std::move(arguments), std::move(error));
    }
    if (running->refresh_exports()) changed.insert(running->node);
  }
}

std::optional<Arguments> Graph::evaluate_now(const Node& node, std::string& error) const {
  river::diag::Diagnostics diagnostics;
  const auto exports_of = [&](std::string_view id) -> const Value* {
    const ComponentInstance* found = find(id);
    return found ? &found->exports : nullptr;
  };
  auto arguments = evaluate(configuration_->program, node, exports_of, diagnostics);
  if (arguments) return arguments;
  diagnostics.sort();
  error = river::diag::one_line(diagnostics.items().front(), configuration_->sources);
  return std::nullopt;
}

void Graph::retry_failed() {
  for (auto& running : running_) {
    if (running->needs_update()) running->update(running->arguments);
    if (running->start_error.empty()) continue;
    auto again = build(*running->node, running->arguments);
    again->is_provisional = running->is_provisional;
    // Dependents still hold these: propagate() sees the change.
    again->exports = running->exports;
    again->exports_are_known = running->exports_are_known;
    again->start();
    running = std::move(again);
  }
  propagate();
}

void Graph::stop(Clock::time_point deadline) {
  is_stopping_ = true;
  for (Draining& ending : draining_) ending.deadline = std::min(ending.deadline, deadline);
  const auto needed = needed_nodes();
  Instances gone = std::exchange(running_, {});
  std::ranges::reverse(gone);
  end_sources(gone, needed, deadline);
  for (auto& running : gone) end(std::move(running), deadline);
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
    return running->needs_update() || !running->start_error.empty();
  });
}

const std::string& Graph::hash() const {
  static const std::string kNone;
  return configuration_ ? configuration_->hash : kNone;
}

ComponentInstance* Graph::find(std::string_view id) const {
  for (const auto& running : running_)
    if (running->id() == id) return running.get();
  return nullptr;
}

}  // namespace agent::graph
