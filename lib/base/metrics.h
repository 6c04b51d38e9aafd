#pragma once
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/mutex.h"

namespace base::metrics {

/// Labels of one series, in the order in which they are printed.
using Labels = std::vector<std::pair<std::string, std::string>>;

/// One series. It is exposed under the name and the printed labels that the registry has for it.
class Metric {
 public:
  Metric() = default;
  virtual ~Metric() = default;
  Metric(const Metric&) = delete;
  Metric& operator=(const Metric&) = delete;

  /// Appends its lines of the text format; `labels` is `{name="value",...}` or empty. Any thread.
  virtual void expose(std::string& out, std::string_view name, std::string_view labels) const = 0;
};

/// A number that only grows. add() is one relaxed atomic; call it once per batch.
class Counter final : public Metric {
 public:
  void add(uint64_t n) { value_.fetch_add(n, std::memory_order_relaxed); }
  uint64_t value() const { return value_.load(std::memory_order_relaxed); }
  void expose(std::string& out, std::string_view name, std::string_view labels) const override;

 private:
  std::atomic<uint64_t> value_{0};
};

/// A number that goes up and down.
class Gauge final : public Metric {
 public:
  void set(double value) { value_.store(value, std::memory_order_relaxed); }
  void add(double delta) { value_.fetch_add(delta, std::memory_order_relaxed); }
  double value() const { return value_.load(std::memory_order_relaxed); }
  void expose(std::string& out, std::string_view name, std::string_view labels) const override;

 private:
  std::atomic<double> value_{0};
};

/// A gauge of the seconds since a moment, as of the scrape.
class Age final : public Metric {
 public:
  using Clock = std::chrono::steady_clock;

  /// Clock::time_point::max(): nothing has an age, which shows as 0.
  void set(Clock::time_point since) { since_.store(since, std::memory_order_relaxed); }
  double seconds(Clock::time_point now) const;
  void expose(std::string& out, std::string_view name, std::string_view labels) const override;

 private:
  std::atomic<Clock::time_point> since_{Clock::time_point::max()};
};

/// How often a value was seen, by size.
class Histogram final : public Metric {
 public:
  /// Upper bounds of the buckets, ascending; one without a bound is added. They must outlive it.
  explicit Histogram(std::span<const double> bounds)
      : bounds_(bounds), counts_(std::make_unique<std::atomic<uint64_t>[]>(bounds.size() + 1)) {}

  /// Counts a value that was seen `times` times.
  void observe(double value, uint64_t times = 1);
  void expose(std::string& out, std::string_view name, std::string_view labels) const override;

 private:
  const std::span<const double> bounds_;
  const std::unique_ptr<std::atomic<uint64_t>[]> counts_;  ///< of each bucket alone
  std::atomic<double> sum_{0};
};

/// All series of the process. A series lives as long as somebody holds the pointer it was handed
/// out as; asking twice for the same name and labels gives the same series. Dead series are
/// forgotten at the next scrape, and without one once they outnumber the living. Thread safe.
class Registry {
 public:
  std::shared_ptr<Counter> counter(std::string_view name, std::string_view help,
                                   const Labels& labels);
  std::shared_ptr<Gauge> gauge(std::string_view name, std::string_view help, const Labels& labels);
  std::shared_ptr<Age> age(std::string_view name, std::string_view help, const Labels& labels);
  std::shared_ptr<Histogram> histogram(std::string_view name, std::string_view help,
                                       const Labels& labels, std::span<const double> bounds);

  /// Prometheus text exposition format 0.0.4, families and series sorted by name.
  std::string expose();

  /// Series that are remembered, living or dead.
  size_t size();

 private:
  struct Family {
    std::string help;
    std::string_view type;                                // As # TYPE has it.
    std::map<std::string, std::weak_ptr<Metric>> series;  // by printed labels
    size_t forget_at = 64;                                // Series at which dead ones go.

    void forget_dead();
  };
  std::weak_ptr<Metric>& series(std::string_view name, std::string_view help, const Labels& labels,
                                std::string_view type) REQUIRES_LOCK(mutex_);

  Mutex mutex_;
  std::map<std::string, Family, std::less<>> families_ GUARDED_BY(mutex_);
};

/// A registry seen by one component: adds its component_id label to every series.
class Scope {
 public:
  Scope(Registry& registry, std::string component_id)
      : registry_(&registry), component_id_(std::move(component_id)) {}

  std::shared_ptr<Counter> counter(std::string_view name, std::string_view help,
                                   Labels labels = {}) const;
  std::shared_ptr<Gauge> gauge(std::string_view name, std::string_view help,
                               Labels labels = {}) const;
  std::shared_ptr<Age> age(std::string_view name, std::string_view help, Labels labels = {}) const;
  std::shared_ptr<Histogram> histogram(std::string_view name, std::string_view help, Labels labels,
                                       std::span<const double> bounds) const;

 private:
  Labels with_component(Labels labels) const;

  Registry* registry_;
  std::string component_id_;
};

}  // namespace base::metrics
