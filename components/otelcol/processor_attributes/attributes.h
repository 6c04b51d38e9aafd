#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "components/otelcol/processor_attributes/signature.h"
#include "components/otelcol/shared/match_properties/match.h"
#include "components/otelcol/shared/processor.h"
#include "telemetry/otlp/attributes.h"

namespace components::otelcol::processor_attributes {

/// The `action` blocks, ready to be done to one item after another. Immutable.
class Actions {
 public:
  explicit Actions(const std::vector<Action>& actions);

  /// `client`: whom the item is from; nullptr: not known.
  void apply(telemetry::otlp::Attributes& attributes, const telemetry::OtlpClient* client) const;

 private:
  struct Step {
    Action action;
    std::string value;  ///< encoded as AnyValue; empty: from elsewhere
  };

  std::vector<Step> steps_;
};

/// otelcol.processor.attributes: the actions, on the items that match.
class Work {
 public:
  static constexpr std::string_view kReason = "attributes";  // It removes none.

  Work(const Arguments& arguments, const base::Logger& log);
  void apply(telemetry::OtlpBatch& batch) const;

 private:
  std::optional<Match> include_, exclude_;
  Actions actions_;
};

using Attributes = ProcessorComponent<Arguments, Work>;

}  // namespace components::otelcol::processor_attributes
