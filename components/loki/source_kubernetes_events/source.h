#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "components/component.h"
#include "components/loki/source_kubernetes_events/event.h"
#include "components/loki/source_kubernetes_events/signature.h"
#include "components/shared/kubernetes/reflector.h"
#include "components/shared/outbox.h"
#include "io/positions.h"
#include "telemetry/ack_window.h"
#include "telemetry/flow.h"
#include "telemetry/log_batch.h"

namespace components::loki::source_kubernetes_events {

/// What the followers of a component share.
struct Environment {
  io::Loop& loop;
  const kubernetes::Connection connection;
  const std::string job;
  const std::string instance;
  const LogFormat format;
  const std::shared_ptr<io::Positions> positions;
  const base::Logger log;
  const telemetry::Flow flow;
  const std::shared_ptr<Outbox<telemetry::LogBatch>> outbox;
};

/// Sends the events of one namespace, or of all, in the order of their versions. While the outbox
/// is full it reads none, and lists them anew afterwards: the API server keeps an hour of them.
/// Thread safe.
class Follower final : public kubernetes::ObjectSink,
                       public std::enable_shared_from_this<Follower> {
 public:
  Follower(std::shared_ptr<const Environment> environment, std::string name_space);

  void start();
  /// Nothing is sent after it returns.
  void stop();
  /// There is room in the outbox again.
  void resume();
  std::string problem() const;

 private:
  using Window = telemetry::AckWindow<std::string>;

  void begin() REQUIRES_LOCK(mutex_);
  void begin_again();
  std::string cursor_key() const;
  void send(std::vector<Event> events) REQUIRES_LOCK(mutex_);

  void begin_list() override;
  bool list(kubernetes::JsonCursor& in) override;
  void end_list() override;
  bool apply(kubernetes::JsonCursor& in, bool is_deletion, std::string& resource_version) override;
  void on_problem() override;

  const std::shared_ptr<const Environment> environment_;
  const std::string namespace_;

  mutable base::Mutex mutex_;
  bool is_stopped_ GUARDED_BY(mutex_) = false;
  bool is_behind_ GUARDED_BY(mutex_) = false;  ///< what comes now is listed later
  std::string shown_problem_ GUARDED_BY(mutex_);
  EventCursor cursor_ GUARDED_BY(mutex_);
  std::vector<Event> listed_ GUARDED_BY(mutex_);
  std::unique_ptr<Window> window_ GUARDED_BY(mutex_);
  std::shared_ptr<kubernetes::Reflector> reflector_ GUARDED_BY(mutex_);
};

/// loki.source.kubernetes_events: a Follower for each namespace, with one outbox. New receivers
/// disturb no follower; other changes restart them.
class Source final : public ComponentOf<Arguments> {
 public:
  Source(Context context, const Arguments& arguments);
  ~Source() override { stop(); }

  base::Result<void> start() override;
  void drain(Clock::time_point deadline) override;
  void stop() override;
  Health health() const override;

 protected:
  base::Result<void> update(const Arguments& arguments) override;

 private:
  void follow(kubernetes::Connection connection);
  void stop_following();
  void resume();

  const Context context_;
  Arguments arguments_;
  const telemetry::Flow flow_;
  std::shared_ptr<io::Positions> positions_;  ///< while started, as the next ones
  std::shared_ptr<Outbox<telemetry::LogBatch>> outbox_;
  mutable base::Mutex mutex_;
  std::vector<std::shared_ptr<Follower>> followers_ GUARDED_BY(mutex_);
};

}  // namespace components::loki::source_kubernetes_events
