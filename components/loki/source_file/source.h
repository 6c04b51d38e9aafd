#pragma once
#include <atomic>
#include <memory>
#include <string>

#include "base/mutex.h"
#include "base/thread.h"
#include "components/component.h"
#include "components/loki/source_file/stream.h"
#include "components/shared/outbox.h"
#include "components/shared/path_targets.h"
#include "io/inotify.h"
#include "io/wake.h"
#include "telemetry/log_batch.h"

namespace components::loki::source_file {

/// The thread of loki.source.file: reads all files in turn, a batch each, so that a busy file does
/// not starve the others. While the outbox is full it reads nothing, but keeps an eye on the files:
/// what is rotated is held open, new targets are taken. Asleep while no file changes.
class Engine {
 public:
  Engine(const Context& context, const Arguments& arguments);

  void set_receivers(const std::vector<LogsReceiver>& forward_to);
  /// Takes effect soon, on the thread. Files whose target stays are not touched, unless the way of
  /// reading changed.
  void set_arguments(const Arguments& arguments);
  void set_positions(std::shared_ptr<io::Positions> positions, const std::string& folder);
  /// Before open(): takes over what an agent before this one has stored there, unless this one has
  /// positions already. No such file: there was none.
  base::Result<void> take_legacy_positions(const std::string& path);
  /// Gets the thread of the outbox.
  base::Result<void> open() { return outbox_.start("loki.file/out"); }

  void run();
  void request_stop();

  /// What is wrong with a file or a pattern; empty when all is well.
  std::string problem() const;

 private:
  struct Plan {
    Arguments arguments;
    bool is_new = true;
  };
  bool adopt_plan();
  void find_files();
  void set_targets(const river::schema::Targets& targets);
  std::unique_ptr<Stream> make_stream(std::string path, telemetry::Labels labels);
  /// One batch of each stream that has something. False: there was nothing.
  bool round();
  Stream::Step step(Stream& stream, Clock::time_point now);
  void observe();
  bool sleep(Clock::time_point until, bool contents, bool folders);
  void wait_for_work();
  void wait_for_room();
  void publish_problem();

  base::Logger log_;
  Environment environment_;
  Outbox<telemetry::LogBatch> outbox_{environment_.flow,
                                      [wake = environment_.wake] { wake->notify(); }};

  // The thread's own.
  Streams streams_;
  std::string round_at_;                   // Key of the stream to begin with.
  std::unique_ptr<PathTargets> patterns_;  // With file_match.
  io::FolderWatch folders_;
  std::chrono::nanoseconds sync_period_{};
  Clock::time_point next_forget_{};
  Clock::time_point next_sync_ = Clock::time_point::max();
  Clock::time_point last_round_{};

  bool lacks_descriptors_ = false;

  std::atomic<bool> stopping_{false};

  mutable base::Mutex mutex_;
  Plan plan_ GUARDED_BY(mutex_);
  std::string problem_ GUARDED_BY(mutex_);
};

/// loki.source.file.
class Source final : public ComponentOf<Arguments> {
 public:
  Source(Context context, const Arguments& arguments);
  ~Source() override { stop(); }

  base::Result<void> start() override;
  void drain(Clock::time_point) override { engine_.request_stop(); }
  void stop() override;
  Health health() const override;

 protected:
  base::Result<void> update(const Arguments& arguments) override;

 private:
  const Context context_;
  Engine engine_;
  Encoding encoding_;
  const std::string legacy_positions_file_;
  std::shared_ptr<io::Positions> positions_;
  base::Thread thread_;
};

}  // namespace components::loki::source_file
