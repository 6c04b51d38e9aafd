#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/metrics.h"
#include "base/mutex.h"
#include "components/pyroscope/scrape/target.h"
#include "components/shared/http_client/client.h"
#include "components/shared/memory.h"
#include "components/shared/outbox.h"
#include "io/loop.h"
#include "telemetry/flow.h"
#include "telemetry/pprof/delta.h"
#include "telemetry/profile_batch.h"

namespace components::pyroscope::scrape {

/// Of a profile, compressed or not.
inline constexpr size_t kProfileBytesMax = 32 << 20;

/// The way of all profiles of a component to its receivers. Any thread.
class Way {
 public:
  explicit Way(const base::metrics::Scope& metrics);

  Outbox<telemetry::ProfileBatch>& outbox() { return outbox_; }
  /// Whether there is room for a profile; counts one that is left out when not.
  bool has_room();
  void put(telemetry::Profile profile);
  /// What holds the answers that are being read.
  MemoryShare& bodies() { return bodies_; }

 private:
  static constexpr size_t kBytesMax = 8 << 20;  ///< of what waits

  MemoryShare bodies_{Memory::of_process(), Memory::Use::bodies};
  const telemetry::Flow flow_;
  const telemetry::Flow::Counter lost_ = flow_.lost();
  const std::shared_ptr<base::metrics::Counter> skipped_;
  Outbox<telemetry::ProfileBatch> outbox_{flow_, nullptr, kBytesMax};
};

/// Scrapes one profile of one target, again and again, on the loop. A scrape whose profile would
/// find no room is left out and counted. Thread safe. Kept alive by the loop while it has something
/// to do.
class Scraper : public std::enable_shared_from_this<Scraper> {
 public:
  /// `http`: shared by all of a component. The loop outlives it.
  Scraper(io::Loop& loop, std::shared_ptr<Way> way, Endpoint endpoint,
          const std::shared_ptr<HttpSettings>& http, uint64_t seed);

  void start();
  /// Ends at once; what is being scraped is left out.
  void stop();

  struct Status {
    std::optional<bool> is_up;  ///< nothing: not scraped yet
    std::string error;          ///< of the last scrape
  };
  Status status() const;

 private:
  using Clock = io::Timer::Clock;

  void schedule() REQUIRES_LOCK(mutex_);
  void on_time();
  void on_answer(base::Result<io::http::Response> response);
  /// The error of the scrape, or "".
  std::string take(base::Result<io::http::Response> response);

  const std::shared_ptr<Way> way_;
  const Endpoint endpoint_;
  const std::string key_;
  const uint64_t seed_;
  AsyncHttpClient client_;
  io::Timer timer_;
  std::optional<telemetry::pprof::Delta> delta_;  ///< of the answer that is being taken

  mutable base::Mutex mutex_;
  bool is_stopped_ GUARDED_BY(mutex_) = false;
  std::shared_ptr<io::http::AsyncCall> call_ GUARDED_BY(mutex_);
  Status status_ GUARDED_BY(mutex_);
};

}  // namespace components::pyroscope::scrape
