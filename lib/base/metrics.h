#pragma once
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/mutex.h"

namespace base::metrics {

/// Labels of one series, in the order in which they are printed.
using Labels = std::vector<std::pair<std::string, std::string>>;

/// A number that only grows. add() is one relaxed atomic; call it once per batch.
class Counter {
 public:
  void add(uint64_t n) { value_.fetch_add(n, std::memory_order_relaxed); }
  uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

/// A number that goes up and down.
class Gauge {
 public:
  void set(double value) { value_.store(value, std::memory_order_relaxed); }
  void add(double delta) { value_.fetch_add(delta, std::memory_order_relaxed); }
  double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

/// All series of the process. A series lives as long as somebody holds the pointer it was handed
/// out as; asking twice for the same name and labels gives the same series. Dead series are
/// forgotten at the next scrape, and without one once they outnumber the living. Thread safe.
class Registry {
 public:
  std::shared_ptr<Counter> counter(std::string_view name, std::string_view help,
                                   const Labels& labels);
  std::shared_ptr<Gauge> gauge(std::string_view name, std::string_view help, const Labels& labels);

  /// Prometheus text exposition format 0.0.4, families and series sorted by name.
  std::string expose();

  /// Series that are remembered, living or dead.
  size_t size();

 private:
  struct Series {
    std::weak_ptr<Counter> counter;
    std::weak_ptr<Gauge> gauge;
  };
  struct Family {
    std::string help;
    bool is_counter = true;
    std::map<std::string, Series> series;  // by printed labels
    size_t forget_at = 64;                 // Series at which dead ones are looked for.

    void forget_dead();
  };
  Series& series(std::string_view name, std::string_view help, const Labels& labels,
                 bool is_counter) REQUIRES_LOCK(mutex_);

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

 private:
  Registry* registry_;
  std::string component_id_;
};

}  // namespace base::metrics
