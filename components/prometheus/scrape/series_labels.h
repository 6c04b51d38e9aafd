#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "telemetry/labels.h"
#include "telemetry/series_table.h"
#include "telemetry/wire/exposition.h"

namespace components::prometheus::scrape {

/// What the labels of a scraped series may be; 0 is no limit. A series beyond one fails the scrape.
struct LabelLimits {
  uint64_t labels = 0;       ///< number of them, the name of the metric included
  uint64_t name_bytes = 0;   ///< of a label's name
  uint64_t value_bytes = 0;  ///< of a label's value
};

/// How the labels of a series are made of what a target exposes and what is known of the target.
struct LabelRules {
  bool honor_labels = false;  ///< of two equal names, whether the exposed one wins
  bool allow_utf8 = false;    ///< any UTF-8 in names, not only letters, digits and _
  LabelLimits limits;
  telemetry::Labels target;
};

/// Makes the label sets of series. One thread.
class SeriesLabels {
 public:
  explicit SeriesLabels(LabelRules rules) : rules_(std::move(rules)) {}

  /// The labels of a series of `metric`, sorted. `type` is that of its family: it decides how the
  /// labels `le` and `quantile` are written. Valid until the next call; views what it was given.
  /// Fails when the series is not acceptable, and with it the scrape.
  base::Result<std::vector<telemetry::LabelView>> merge(
      std::string_view metric, const std::vector<telemetry::LabelView>& exposed,
      telemetry::wire::MetricType type);

 private:
  base::Result<void> check(const std::vector<telemetry::LabelView>& labels) const;
  std::string_view normalised(const telemetry::LabelView& label, telemetry::wire::MetricType type);
  std::string_view free_name(std::string_view name,
                             const std::vector<telemetry::LabelView>& exposed);

  const LabelRules rules_;
  std::string number_;  ///< a label value that was written again: there is one at most
  std::vector<std::string> names_;
};

}  // namespace components::prometheus::scrape
