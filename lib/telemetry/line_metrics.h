#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "telemetry/labels.h"

namespace telemetry {

/// What a metric of stage.metrics is.
struct MetricSpec {
  enum class Type : uint8_t { counter, gauge, histogram };

  Type type = Type::counter;
  std::string component;  ///< value of the label component_id
  std::string name;       ///< with its prefix
  std::string help;
  std::chrono::nanoseconds max_idle{0};
  std::vector<double> buckets;  ///< upper bounds, ascending

  bool operator==(const MetricSpec&) const = default;
};

/// A metric with a series for each set of labels that lines have. One that no line has had for
/// `max_idle` is shown once more, and begins anew after that. Thread safe.
class MetricFamily {
 public:
  using Clock = std::chrono::steady_clock;

  /// As many label sets have a series; what others bring is not counted.
  static constexpr size_t kSeriesMax = 10'000;

  explicit MetricFamily(MetricSpec spec) : spec_(std::move(spec)) {}

  const MetricSpec& spec() const { return spec_; }

  enum class Step { add, set, observe };
  /// What one line does.
  struct Update {
    uint32_t labels = 0;  ///< index of a label set
    double number = 0;
  };
  /// Takes what the lines of a batch do, in order. Gives back how many of them found no series.
  size_t apply(Step step, std::span<const Update> updates, std::span<const Labels> label_sets,
               Clock::time_point now);

  /// Appends the lines of its series, sorted by their labels, and forgets idle ones.
  void expose(std::string& out, Clock::time_point now);

 private:
  struct Series {
    double number = 0;             ///< of a histogram: the sum
    std::vector<uint64_t> counts;  ///< of a histogram: of each bucket alone, and of what is above
    Clock::time_point used;
  };

  std::string text_of(const Labels& labels) const;
  Series* series_of(const Labels& labels) REQUIRES_LOCK(mutex_);
  void expose_histogram(std::string& out, const std::string& labels, const Series& series) const;

  const MetricSpec spec_;
  base::Mutex mutex_;
  std::map<std::string, Series> series_ GUARDED_BY(mutex_);  ///< by printed labels, in braces
  std::vector<Series*> known_ GUARDED_BY(mutex_);  ///< of the batch at hand, by index of the labels
};

/// All of them, of all components of the process. Users choose their names, so they are kept apart
/// from the agent's own metrics. Thread safe.
class MetricFamilies {
 public:
  using Clock = MetricFamily::Clock;

  static MetricFamilies& of_process();

  /// The one that is held and is alike, which goes on over a reload; else a new one, which takes
  /// the place of one with its name in its component. nullptr: elsewhere the name is that of
  /// another type.
  std::shared_ptr<MetricFamily> share(MetricSpec spec);

  /// Prometheus' text format 0.0.4, sorted by name.
  std::string expose(Clock::time_point now = Clock::now());

 private:
  base::Mutex mutex_;
  using OfName = std::map<std::string, std::weak_ptr<MetricFamily>>;  ///< by component
  std::map<std::string, OfName> families_ GUARDED_BY(mutex_);
};

}  // namespace telemetry
