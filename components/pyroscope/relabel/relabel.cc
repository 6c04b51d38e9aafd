#include "components/pyroscope/relabel/relabel.h"

#include <utility>

#include "components/shared/batches.h"
#include "components/shared/rule/rule.h"
#include "river/schema/decode.h"
#include "telemetry/relabel.h"

namespace components::pyroscope::relabel {

Relabeler::Relabeler(const base::metrics::Scope& metrics)
    : Rewriter(metrics),
      processed_(metrics.counter("pyroscope_relabel_profiles_processed", "Profiles received.")),
      written_(metrics.counter("pyroscope_relabel_profiles_written", "Profiles sent on.")),
      dropped_(metrics.counter("pyroscope_relabel_profiles_dropped",
                               "Profiles that were dropped by a rule.")),
      hits_(metrics.counter("pyroscope_relabel_cache_hits",
                            "Label sets whose result was remembered.")),
      misses_(metrics.counter("pyroscope_relabel_cache_misses",
                              "Label sets that were given to the rules.")),
      size_(metrics.gauge("pyroscope_relabel_cache_size", "Label sets remembered.")) {}

void Relabeler::count(const Outcome& outcome) {
  processed_->add(outcome.received);
  written_->add(outcome.kept);
  dropped_->add(outcome.received - outcome.kept);
  hits_->add(outcome.hits);
  misses_->add(outcome.misses);
  size_->set(static_cast<double>(outcome.remembered));
}

Relabel::Relabel(Context context, const Arguments& arguments)
    : context_(std::move(context)), relabeler_(std::make_shared<Relabeler>(context_.metrics)) {
  (void)update(arguments);  // It cannot fail: there is nothing outside to fail.
}

base::Result<void> Relabel::update(const Arguments& arguments) {
  const auto rules = std::make_shared<const RelabelRules>(to_rules(arguments.rule));
  relabeler_->set_rewrite(
      [rules](telemetry::LabelsBuilder& labels) {
        return telemetry::relabel::apply(*rules, labels);
      },
      static_cast<size_t>(arguments.max_cache_size));
  relabeler_->set_next(receivers_of(arguments.forward_to));
  const Exports exports{.receiver = {relabeler_}, .rules = {rules}};
  context_.publish(river::schema::encode_exports(kSignature.exports, &exports));
  return {};
}

}  // namespace components::pyroscope::relabel
