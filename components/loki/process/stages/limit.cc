#include "components/loki/process/stages/limit.h"

#include <condition_variable>

#include "base/mutex.h"
#include "components/loki/process/stages/stage.h"
#include "telemetry/lru_cache.h"

namespace components::loki::process::stages {

namespace schema = river::schema;
using schema::Need;

namespace {

constexpr schema::Field kLimitFields[] = {
    schema::attr<&LimitArgs::rate>("rate", Need::required, "Entries a second."),
    schema::attr<&LimitArgs::burst>("burst", Need::required, "Entries that may pass at once."),
    schema::attr<&LimitArgs::drop>("drop", Need::optional,
                                   "Drop entries above the limit instead of waiting."),
    schema::attr<&LimitArgs::by_label_name>("by_label_name", Need::optional,
                                            "Limit each value of this label on its own."),
    schema::attr<&LimitArgs::max_distinct_labels>("max_distinct_labels", Need::optional,
                                                  "Values of that label to keep track of."),
};

void validate(const LimitArgs& args, schema::Scope& scope) {
  if (scope.known("rate") && !(args.rate > 0))
    scope.error("rate", "C088", "rate must be above 0, it is {}", args.rate);
  if (scope.known("burst") && args.burst <= 0)
    scope.error("burst", "C088", "burst must be above 0, it is {}", args.burst);
  if (scope.known({"by_label_name", "drop"}) && !args.by_label_name.empty() && !args.drop)
    scope.error("by_label_name", "C083", "\"by_label_name\" needs drop = true");
}

TokenBucket full_bucket(const LimitArgs& args) {
  return {args.rate, static_cast<double>(args.burst), Clock::now()};
}

/// Sleeps until then, or shorter when one of the tokens is stopped.
void sleep(Clock::time_point until, const std::stop_token& a, const std::stop_token& b,
           const std::stop_token& c) {
  base::Mutex mutex;
  base::Condition changed;
  const auto wake = [&] {
    base::Lock lock(mutex);
    changed.notify_all();
  };
  const std::stop_callback on_a(a, wake), on_b(b, wake), on_c(c, wake);
  base::Lock lock(mutex);
  changed.wait_until(
      mutex, until, [&] { return a.stop_requested() || b.stop_requested() || c.stop_requested(); });
}

/// Lets lines wait for their tokens. The lines of one batch go on together. When the batch or the
/// component is stopped, lines without a token are given back to the source; when another pipeline
/// waits to take over, they go on without one.
class WaitingStage final : public Stage {
 public:
  WaitingStage(const LimitArgs& args, Build& build)
      : bucket_(full_bucket(args)),
        given_back_(build.flow.abandoned()),
        stop_(build.stop),
        replaced_(build.replaced) {}

  void process(Frame& frame) override {
    bucket_.fill(Clock::now());
    size_t passed = 0;
    while (passed < frame.rows.size()) {
      if (bucket_.take()) {
        ++passed;
        continue;
      }
      if (stop_.stop_requested() || frame.batch.stop.stop_requested()) {
        // Nobody sends them again: they go on, to be stored if they cannot be sent.
        if (!frame.batch.ack.can_read_again()) return;
        return give_back(frame, passed);
      }
      if (replaced_.stop_requested()) return;
      sleep(bucket_.ready(frame.rows.size() - passed), stop_, frame.batch.stop, replaced_);
      bucket_.fill(Clock::now());
    }
  }

 private:
  void give_back(Frame& frame, size_t passed) {
    given_back_->add(frame.rows.size() - passed);
    frame.rows.resize(passed);
    frame.batch.ack.abandon();
  }

  TokenBucket bucket_;
  telemetry::Flow::Counter given_back_;
  std::stop_token stop_;
  std::stop_token replaced_;
};

/// Drops lines that find no token: of one bucket, or of one for each value of a label. Lines
/// without that label pass.
class DroppingStage final : public Stage {
 public:
  DroppingStage(const LimitArgs& args, Build& build)
      : args_(args),
        metrics_(build.metrics),
        dropped_(build.dropped("ratelimit_drop_stage")),
        all_(std::make_shared<Bucket>(Bucket{full_bucket(args), nullptr})),
        by_value_(static_cast<size_t>(std::max(kDistinctLabelsMin, args.max_distinct_labels))) {}

  void process(Frame& frame) override {
    now_ = Clock::now();
    by_index_.assign(frame.batch.label_sets.size(), std::nullopt);
    dropped_.add(std::erase_if(frame.rows, [&](uint32_t row) { return is_too_much(frame, row); }));
  }

 private:
  static constexpr int64_t kDistinctLabelsMin = 10'000;
  struct Bucket {
    TokenBucket tokens;
    std::shared_ptr<base::metrics::Counter> dropped;  // Of this label value.
  };

  bool is_too_much(const Frame& frame, uint32_t row) {
    const uint32_t labels = frame.batch.entries[row].labels;
    auto& known = by_index_[labels];
    if (!known) known = bucket_of(frame.batch.label_sets[labels]);
    Bucket* bucket = known->get();
    if (bucket == nullptr || bucket->tokens.take()) return false;
    if (bucket->dropped) bucket->dropped->add(1);
    return true;
  }

  /// nullptr: these labels are not limited. It is filled up once a batch and label set.
  std::shared_ptr<Bucket> bucket_of(const telemetry::Labels& labels) {
    std::shared_ptr<Bucket> bucket = all_;
    if (!args_.by_label_name.empty()) {
      const std::string value(labels.get(args_.by_label_name));
      if (value.empty()) return nullptr;
      if (const auto* known = by_value_.get(value))
        bucket = *known;
      else
        bucket = by_value_.put(value, make_bucket(value));
    }
    bucket->tokens.fill(now_);
    return bucket;
  }

  std::shared_ptr<Bucket> make_bucket(const std::string& value) const {
    auto dropped = metrics_.counter("loki_process_dropped_lines_by_label_total",
                                    "Entries dropped by stage.limit, by value of its label.",
                                    {{"label_name", args_.by_label_name}, {"label_value", value}});
    return std::make_shared<Bucket>(Bucket{full_bucket(args_), std::move(dropped)});
  }

  LimitArgs args_;
  base::metrics::Scope metrics_;
  const Drops dropped_;
  std::shared_ptr<Bucket> all_;
  telemetry::LruCache<std::string, std::shared_ptr<Bucket>> by_value_;

  // Of the batch that is being worked on; not yet looked up: nullopt.
  Clock::time_point now_;
  std::vector<std::optional<std::shared_ptr<Bucket>>> by_index_;
};

StagePointer make(const LimitArgs& args, Build& build) {
  if (args.drop) return std::make_unique<DroppingStage>(args, build);
  return std::make_unique<WaitingStage>(args, build);
}

}  // namespace

constexpr StageKindOf<LimitArgs> kLimit = stage_kind<LimitArgs, make, track_drop>(
    "stage.limit", "Limits how many entries pass in a second.",
    schema::schema_of<LimitArgs, validate>(kLimitFields));

}  // namespace components::loki::process::stages
