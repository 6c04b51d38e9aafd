#pragma once
#include <memory>
#include <string>
#include <utility>

#include "base/log.h"
#include "base/mutex.h"
#include "components/component.h"
#include "river/config/program.h"

namespace agent::graph {

/// Where a component leaves its exports, from whichever thread, until the graph looks.
class ExportSlot {
 public:
  void set(river::Value exports) {
    base::Lock lock(mutex_);
    exports_ = std::move(exports);
  }
  river::Value get() const {
    base::Lock lock(mutex_);
    return exports_;
  }

 private:
  mutable base::Mutex mutex_;
  river::Value exports_ GUARDED_BY(mutex_);
};

/// Decoded arguments, and the same as one River value: two arguments are equal when these are.
struct Arguments {
  std::shared_ptr<void> decoded;
  river::Value encoded;
};

/// One component of the graph with what the graph knows of it. A config block such as `http` has
/// arguments but no component: the agent reads it.
struct ComponentInstance {
  const river::config::Node* node = nullptr;  ///< in the running configuration
  Arguments arguments;
  std::shared_ptr<ExportSlot> slot = std::make_shared<ExportSlot>();
  river::Value exports;  ///< what dependents were last evaluated with
  /// Whether `exports` is what it has to say, and not what stands in until it knows (a listing, a
  /// search of files).
  bool exports_are_known = false;
  /// Its arguments were evaluated with exports that are not known, so its own are not either.
  bool is_provisional = false;
  std::string waits_for;  ///< not empty: keeps its arguments until this one's exports are known
  std::unique_ptr<components::Component> component;
  bool waits_to_start = false;   ///< its predecessor of the same id is still draining
  std::string start_error;       ///< not empty: it is not running, and why
  std::string evaluation_error;  ///< not empty: it runs with older arguments, and why
  bool update_failed = false;    ///< the environment kept it from taking its arguments: try again

  const std::string& id() const { return node->id; }
  /// Looks what it exports now. True when dependents must be evaluated again.
  bool refresh_exports();
  void start();
  /// Whether start() was called and did not fail.
  bool is_started() const;
  /// Tells it once that it ends, when it is started.
  void drain(components::Component::Clock::time_point deadline);
  /// Updates the component unless it has equal arguments already.
  void take(Arguments next);
  /// New arguments could not be evaluated: it runs on with those it has, unhealthy.
  void keep_arguments(std::string error);
  /// Hands the arguments over to the component, also equal ones.
  void update(Arguments next);
  /// Starts it after all, with the arguments that came while it waited.
  void start_late();
  /// Whether the environment kept it from taking its arguments, or from a part of its work.
  bool needs_update() const;
  components::Health health() const;

 private:
  bool has_newer_arguments_ = false;  ///< than those it was built with, while it waits
  bool is_ending_ = false;
};

}  // namespace agent::graph
