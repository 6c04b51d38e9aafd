#pragma once
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/metrics.h"
#include "base/mutex.h"

namespace telemetry {

/// What went through a component, in families that are the same for every component and signal,
/// beside the names that Grafana Alloy has. While nothing moves,
///
///     received + created = sent + dropped + merged + abandoned + held + buffered
///
/// and what a component has sent, each of its receivers has received. docs/agent.md says what each
/// of them means; tests/support/conservation.py checks both after every integration test.
///
/// Whoever counts keeps the handle of its counter: one relaxed add per batch, no lookup, no lock.
/// A flow and its copies keep every series that was asked for, so that the sums stay right when a
/// part of the component goes, such as a stage at a reload. Thread safe.
class Flow {
 public:
  /// What the batches of a signal are counted in: the label `unit`.
  static constexpr std::string_view kLines = "lines";
  static constexpr std::string_view kSamples = "samples";
  static constexpr std::string_view kSpans = "spans";
  static constexpr std::string_view kDataPoints = "data_points";
  static constexpr std::string_view kLogRecords = "log_records";
  static constexpr std::string_view kProfiles = "profiles";

  using Counter = std::shared_ptr<base::metrics::Counter>;
  using Gauge = std::shared_ptr<base::metrics::Gauge>;
  using Age = std::shared_ptr<base::metrics::Age>;

  /// `unit`: kLines and so on. `more`: labels that tell parts of a component apart.
  Flow(const base::metrics::Scope& metrics, std::string_view unit, base::metrics::Labels more = {});

  /// Offered by a component before, or read from outside.
  void receive(uint64_t n) const { received_->add(n); }
  /// Handed to all of the receivers, or accepted by the backend. Counted before the call that may
  /// block.
  void send(uint64_t n) const { sent_->add(n); }
  /// Given up without delivery at a stop or a reload: the source reads it again if it can.
  void abandon(uint64_t n) const { abandoned_->add(n); }

  const Counter& received() const { return received_; }
  const Counter& sent() const { return sent_; }
  const Counter& abandoned() const { return abandoned_; }

  // Series of those who need them.

  /// Dropped, and not by the configuration: lost, or refused by the backend.
  Counter dropped(std::string_view reason) const { return dropped(reason, "false"); }
  /// Dropped because the configuration says so, or because nothing is in it.
  Counter filtered(std::string_view reason) const { return dropped(reason, "true"); }
  /// Became a part of another.
  Counter merged() const { return counter("merged", "Items that became a part of another."); }
  /// Made out of another, beyond the first.
  Counter created() const { return counter("created", "Items made out of another."); }
  /// Sent more than once.
  Counter repeated() const;
  /// Abandoned somewhere after a source that cannot read them again.
  Counter lost() const;
  /// Kept back until more come.
  Gauge held() const;
  /// On their way through: queues, and the door of whoever is busy.
  Gauge buffered() const;
  Gauge buffered_bytes() const;
  /// Since when the oldest of those waits.
  Age lag() const;

 private:
  Counter counter(std::string_view what, std::string_view help) const;
  Counter dropped(std::string_view reason, std::string_view intentional) const;
  Gauge gauge(std::string_view what, std::string_view help) const;

  struct Kept {
    base::Mutex mutex;
    std::vector<std::shared_ptr<const base::metrics::Metric>> series GUARDED_BY(mutex);
  };
  template <class Series>
  Series keep(Series series) const;

  base::metrics::Scope metrics_;
  base::metrics::Labels labels_;
  std::shared_ptr<Kept> kept_ = std::make_shared<Kept>();
  Counter received_, sent_, abandoned_;
};

}  // namespace telemetry
