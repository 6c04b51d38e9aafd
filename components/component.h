#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "base/ensure.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/result.h"
#include "river/schema/field.h"
#include "river/value.h"

namespace components::prometheus {
class Exporters;
}
namespace io {
class Loop;
}

namespace components {

/// What a component shows of itself on /-/healthy and in the API.
struct Health {
  enum class State { unknown, healthy, unhealthy, exited } state = State::unknown;
  std::string message;
};

/// The agent's --storage.queue-size: what each sink may keep on disk, in bytes.
struct QueueSize {
  uint64_t bytes = kOff;
  static constexpr uint64_t kOff = 0;              ///< nothing, unless its arguments ask for it
  static constexpr uint64_t kAuto = ~uint64_t{0};  ///< 1 GiB, or a tenth of the file system
};

/// What the agent gives to a component for its lifetime.
struct Context {
  std::string id;                  ///< "loki.write.default"
  std::filesystem::path data_dir;  ///< <storage.path>/<id>, made on first use by the component
  base::metrics::Scope metrics;
  base::Logger log;
  /// Gives the component's exports to the graph. Call it in the constructor when exports are known
  /// then, and from any thread later; equal exports are ignored. Never blocks. Until the first call
  /// they are not known, and who depends on them keeps what it has: never publish an empty list in
  /// place of one that is still to be found out.
  std::function<void(river::Value exports)> publish;
  /// Where components make the metrics known that they expose; tests of others leave it out.
  std::shared_ptr<prometheus::Exporters> exporters = nullptr;
  QueueSize queue_size = {};
  /// The agent's event loop, which outlives the component; who uses it starts it. Tests of others
  /// leave it out.
  io::Loop* loop = nullptr;
};

/// A running component. The agent calls everything here from its control thread only, which also
/// answers the HTTP interface and the service manager's watchdog: **every call returns within
/// milliseconds**. What takes longer (a search of files, a name lookup, a delivery) goes on in a
/// thread of the component and shows in health().
///
/// Life: constructed with valid arguments (no I/O, no threads, publishes its receivers), start()
/// once after everything it sends to has started, update() any number of times, drain() and, once
/// is_drained(), stop() before everything it sends to is drained, destroyed. Receivers that it
/// exported may be called at any time between construction and the release of the last reference,
/// also after drain(): they then abandon.
class Component {
 public:
  using Clock = std::chrono::steady_clock;

  virtual ~Component() = default;
  /// Begins work. Fails on the environment only; the agent shows the error and goes on without it.
  virtual base::Result<void> start() = 0;
  /// New arguments (a struct of the signature's type). What need not restart keeps running.
  virtual base::Result<void> update(const void* arguments) = 0;
  /// For sinks: takes no batch from now on, and goes on delivering by itself what it has taken,
  /// until `deadline` at the latest. All sinks that end at the same time do so side by side.
  virtual void drain(Clock::time_point /*deadline*/) {}
  /// After drain(): nothing is left to deliver, or the deadline has passed.
  virtual bool is_drained() const { return true; }
  /// Ends work: no batch is sent after it returns. Does not wait for receivers or a backend; what
  /// is not delivered by now is abandoned.
  virtual void stop() = 0;
  /// Whether a part of it could not be had, such as a thread: the agent calls update() with the
  /// same arguments from time to time until it is complete.
  virtual bool is_incomplete() const { return false; }
  virtual Health health() const { return {Health::State::healthy, {}}; }
};

/// A component with typed arguments.
template <class Arguments>
class ComponentOf : public Component {
 public:
  using ArgumentsType = Arguments;

  base::Result<void> update(const void* arguments) final {
    return update(*static_cast<const Arguments*>(arguments));
  }

 protected:
  virtual base::Result<void> update(const Arguments& arguments) = 0;
};

/// How the agent makes a component: one row per component in agent/graph/builders.cc.
struct Builder {
  const river::schema::Signature* signature = nullptr;
  std::unique_ptr<Component> (*build)(Context context, const void* arguments) = nullptr;
};

template <class Type>
constexpr Builder builder(const river::schema::Signature& signature) {
  using Arguments = typename Type::ArgumentsType;
  ENSURE(signature.make_arguments == &river::schema::make_arguments<Arguments>);
  return {&signature, [](Context context, const void* arguments) -> std::unique_ptr<Component> {
            return std::make_unique<Type>(std::move(context),
                                          *static_cast<const Arguments*>(arguments));
          }};
}

}  // namespace components
