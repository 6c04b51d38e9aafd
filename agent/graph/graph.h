#pragma once
#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "agent/graph/component_instance.h"
#include "agent/graph/configuration.h"
#include "base/metrics.h"
#include "components/component.h"
#include "components/prometheus/shared/exporter.h"
#include "io/loop.h"

namespace agent::graph {

/// What the API shows of one component.
struct ComponentStatus {
  std::string id;
  std::string name;
  components::Health health;
  std::vector<std::string> references;  ///< ids it refers to
};

/// Where components keep what survives a restart, and how much of what waits for a backend.
struct Storage {
  std::filesystem::path folder;
  components::QueueSize queue_size = {};
};

/// The running components of one configuration, and the way from one configuration to the next.
/// Everything here runs on the control thread; only `wake` is called from others.
class Graph {
 public:
  using Clock = components::Component::Clock;
  /// How long components that end may deliver what they have, whatever their arguments say.
  static constexpr std::chrono::minutes kDrainMax{2};

  /// `wake` is called from any thread when propagate() has work, once however many components
  /// publish until then; it must not block.
  Graph(std::span<const components::Builder> builders, Storage storage,
        base::metrics::Registry& metrics, std::function<void()> wake);
  ~Graph();

  /// Replaces the running configuration by a checked one. First every node is evaluated and every
  /// new component built, beside the running ones; when that reports an error, nothing running is
  /// touched, the answer is false and `next` stays the caller's. Then sources that were removed
  /// stop; in dependency order (sinks first) what changed is updated and what is new starts, each
  /// evaluated with what those before it export by then; what else was removed drains in the
  /// background (see end_drained()). Components whose arguments stay the same are not touched.
  bool apply(std::unique_ptr<Configuration>& next, river::diag::Diagnostics& diagnostics);

  /// Re-evaluates what depends on exports that changed since the last call.
  void propagate();

  /// Builds and starts again the components whose start failed (a port was taken, a file missing),
  /// and offers their arguments again to those whose update failed.
  void retry_failed();

  /// Ends everything, sources first. Sinks deliver what they have until `deadline` at the latest,
  /// all at the same time, while end_drained() is called.
  void stop(Clock::time_point deadline);
  /// Whether components that were removed or stopped still deliver.
  bool is_draining() const { return !draining_.empty(); }
  /// Releases those that have delivered or whose time is up; what came back under the id of one of
  /// them meanwhile starts now. To be called again soon while is_draining().
  void end_drained();

  std::vector<ComponentStatus> status() const;
  /// Some component could not start or update and waits for its next try.
  bool has_failed() const;
  /// The exporters of the running components.
  components::prometheus::Exporters& exporters() { return *exporters_; }
  /// SHA-256 of the running configuration; empty before the first.
  const std::string& hash() const;
  /// The decoded arguments of a config block such as `http`, or nullptr when it is not written.
  template <class Arguments>
  const Arguments* arguments_of(const river::schema::Signature& signature) const {
    const ComponentInstance* instance = find(signature.name);
    if (!instance) return nullptr;
    return &river::schema::as<Arguments>(signature, instance->arguments.decoded.get());
  }

 private:
  struct Plan;
  /// A component on its way out.
  struct Draining {
    std::string id;  ///< its node is gone with its configuration
    std::unique_ptr<ComponentInstance> instance;
    Clock::time_point deadline;
    bool waits_to_start = false;  ///< it took what came while its predecessor drains
  };

  Plan make_plan(const Configuration& next, river::diag::Diagnostics& diagnostics);
  std::unique_ptr<ComponentInstance> build(const river::config::Node& node, Arguments arguments);
  void commit(Plan plan, std::unique_ptr<Configuration> next);
  /// The arguments by the exports of the running components; without value, and the error in one
  /// line, when they cannot be evaluated.
  std::optional<Arguments> evaluate_now(const river::config::Node& node, std::string& error) const;
  ComponentInstance* find(std::string_view id) const;
  /// A component that the node refers to and whose exports are not known yet, or nullptr.
  const river::config::Node* unknown_dependency(const river::config::Node& node) const;
  /// New arguments for one that runs, or the error of their evaluation. While something that they
  /// depend on is not known it keeps those it has.
  void give(ComponentInstance& running, std::optional<Arguments> arguments, std::string error);
  bool is_draining(std::string_view id) const;
  /// One that waited to start starts when those before it have ended, to deliver what it took.
  bool waits(Draining& ending);
  /// Starts it, or lets it wait for one of the same id that drains: they share a data_dir.
  void start(ComponentInstance& instance);
  using Instances = std::vector<std::unique_ptr<ComponentInstance>>;
  void end(std::unique_ptr<ComponentInstance> instance, Clock::time_point deadline);
  /// Those that another one refers to.
  std::set<const river::config::Node*> needed_nodes() const;
  /// Ends those that nothing sends to, side by side, and takes them out.
  void end_sources(Instances& gone, const std::set<const river::config::Node*>& needed,
                   Clock::time_point deadline);

  io::Loop loop_;  ///< first: outlives the components
  std::span<const components::Builder> builders_;
  Storage storage_;
  base::metrics::Registry& metrics_;
  const std::shared_ptr<components::prometheus::Exporters> exporters_ =
      std::make_shared<components::prometheus::Exporters>();
  /// Shared with the components, which may publish when the graph is gone.
  struct Wake {
    std::function<void()> call;
    std::atomic<bool> is_called = false;
  };
  const std::shared_ptr<Wake> wake_;
  std::unique_ptr<Configuration> configuration_;
  std::vector<std::unique_ptr<ComponentInstance>> running_;  ///< in dependency order
  std::vector<Draining> draining_;                           ///< in the order of their removal
  bool is_stopping_ = false;
};

/// How each component is made; one row per component in builders.cc. Config blocks that the agent
/// itself reads (`http`) have none.
std::span<const components::Builder> builders();

}  // namespace agent::graph
