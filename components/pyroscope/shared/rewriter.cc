#include "components/pyroscope/shared/rewriter.h"

#include <utility>
#include <vector>

namespace components::pyroscope {

using telemetry::Profile;
using telemetry::ProfileBatch;

Rewriter::Rewriter(const base::metrics::Scope& metrics)
    : flow_(metrics, telemetry::Flow::kProfiles) {}

void Rewriter::set_rewrite(Rewrite rewrite, size_t cache_entries_max) {
  base::Lock lock(mutex_);
  rewrite_ = std::move(rewrite);
  cache_ = Cache(cache_entries_max);
}

Rewriter::Outcome Rewriter::rewrite(ProfileBatch& batch) {
  Outcome outcome{.received = batch.count()};
  std::vector<Profile> kept;
  kept.reserve(batch.profiles.size());
  base::Lock lock(mutex_);
  for (Profile& profile : batch.profiles) {
    if (!profile.labels.empty()) {
      const Result* result = cache_.get(profile.labels);
      ++(result != nullptr ? outcome.hits : outcome.misses);
      if (result == nullptr) {
        telemetry::LabelsBuilder builder(profile.labels);
        const bool is_kept = rewrite_(builder);
        result = &cache_.put(profile.labels, {builder.build(), is_kept});
      }
      if (!result->is_kept) continue;
      profile.labels = result->labels;
    }
    kept.push_back(std::move(profile));
  }
  batch.profiles = std::move(kept);
  outcome.kept = batch.count();
  outcome.remembered = cache_.size();
  return outcome;
}

void Rewriter::receive(ProfileBatch batch) {
  flow_.receive(batch.count());
  if (is_closed_) {
    flow_.abandon(batch.count());
    return batch.ack.abandon();
  }
  const Outcome outcome = rewrite(batch);
  dropped_->add(outcome.received - outcome.kept);
  count(outcome);
  if (batch.profiles.empty()) return;
  flow_.send(outcome.kept);
  next_.receive(std::move(batch));
}

}  // namespace components::pyroscope
