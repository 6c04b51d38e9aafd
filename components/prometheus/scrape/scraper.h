#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/metrics.h"
#include "base/mutex.h"
#include "components/prometheus/scrape/report.h"
#include "components/prometheus/scrape/series_cache.h"
#include "components/prometheus/scrape/signature.h"
#include "components/prometheus/scrape/target.h"
#include "components/prometheus/shared/exporter.h"
#include "components/prometheus/shared/way.h"
#include "components/shared/http_client/client.h"
#include "io/loop.h"
#include "telemetry/sample_batch.h"

namespace components::prometheus::scrape {

/// What the scrapers of a component do alike. Immutable; a reload replaces it.
struct ScrapeSettings {
  ScrapeRules rules;  ///< without the labels of the target
  std::shared_ptr<HttpSettings> http;
  std::string accept;
  Protocol fallback = Protocol::text_0_0_4;
  bool enable_compression = true;
  bool extra_metrics = false;
  uint64_t body_bytes_max = 0;  ///< uncompressed; at this size a scrape fails
  std::string refusal;          ///< not empty: every scrape fails with it
};

/// What is counted of all scrapes of a component.
struct ScrapeCounters {
  explicit ScrapeCounters(const base::metrics::Scope& metrics);

  std::shared_ptr<base::metrics::Counter> repeated;
  std::shared_ptr<base::metrics::Counter> out_of_bounds;
  std::shared_ptr<base::metrics::Counter> skipped;
};

/// What scrapers get from their component, and share.
struct ScrapeContext {
  io::Loop& loop;              ///< outlives all of it
  const Exporters& exporters;  ///< targets of this process, which are asked without a socket
  ScrapeCounters counters;
  std::shared_ptr<Way> way;
  uint64_t seed = 0;  ///< of the offsets
};

/// Scrapes one target, again and again, on the loop. A scrape that would find no room for its
/// samples is left out and counted: a gap is better than samples that nobody can send.
///
/// Thread safe. Kept alive by the loop while it has something to do.
class Scraper : public std::enable_shared_from_this<Scraper> {
 public:
  using ContextPtr = std::shared_ptr<const ScrapeContext>;
  using SettingsPtr = std::shared_ptr<const ScrapeSettings>;

  Scraper(ContextPtr context, Target target, SettingsPtr settings);

  /// Begins, also again after retire().
  void start();
  /// From the next scrape on. The series go on when their labels are made by the same rules, and
  /// end otherwise.
  void update(Target target, SettingsPtr settings);
  /// The target is gone: its series end some two intervals later, unless start() comes first.
  void retire();
  /// Whether nothing is left to do after retire().
  bool is_idle() const;
  /// Ends at once and leaves the series as they are: the agent stops.
  void stop();

  struct Status {
    std::optional<bool> up;  ///< nothing: not scraped yet, or not to be scraped any more
    std::string error;       ///< of the last scrape
  };
  Status status() const;

 private:
  using Clock = io::Timer::Clock;
  enum class Phase { idle, running, retiring, stopped };

  /// What is scraped, and how.
  struct Plan {
    Target target;
    SettingsPtr settings;
  };
  /// What a target, or nobody, has answered.
  struct Answer {
    base::Result<std::string> body;  ///< uncompressed
    std::string content_type;
    bool is_too_large = false;
  };

  void schedule() REQUIRES_LOCK(mutex_);
  void schedule_end() REQUIRES_LOCK(mutex_);
  void on_time();
  void adopt(Plan plan);
  void ask();
  Answer read(base::Result<io::http::Response> response) const;
  void finish(Answer answer);
  void end_series(int64_t time_ms);

  const ContextPtr context_;
  const std::string key_;
  io::Timer timer_;

  mutable base::Mutex mutex_;
  Plan newest_ GUARDED_BY(mutex_);
  Phase phase_ GUARDED_BY(mutex_) = Phase::idle;
  bool is_scraping_ GUARDED_BY(mutex_) = false;
  int64_t slot_ns_ GUARDED_BY(mutex_) = 0;  ///< when the next scrape is due, or this one was
  std::shared_ptr<io::http::AsyncCall> call_ GUARDED_BY(mutex_);
  Status status_ GUARDED_BY(mutex_);

  // Of the scrape that goes on, or was the last one: whoever has set is_scraping_ uses them.
  Plan plan_;
  std::unique_ptr<AsyncHttpClient> client_;
  std::unique_ptr<SeriesCache> cache_;
  std::optional<ReportSeries> report_;
  int64_t time_ms_ = 0;  ///< of the samples
  Clock::time_point began_;
};

}  // namespace components::prometheus::scrape
