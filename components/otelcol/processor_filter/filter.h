#pragma once
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "components/otelcol/processor_filter/signature.h"
#include "components/otelcol/shared/processor.h"
#include "ottl/ast.h"

namespace components::otelcol::processor_filter {

/// otelcol.processor.filter: what meets one of the conditions of its context goes, and what is
/// empty without it. A condition that cannot be decided is not met.
class Work {
 public:
  static constexpr std::string_view kReason = "filter";

  Work(const Arguments& arguments, const base::Logger& log);
  void apply(telemetry::OtlpBatch& batch) const;

 private:
  struct Condition {
    ottl::Context context;
    std::string text;
    ottl::Expression expression;
  };

  void add(telemetry::Signal signal, std::string_view context,
           const std::vector<std::string>& conditions);

  base::Logger log_;
  ErrorMode error_mode_;
  std::array<std::vector<Condition>, 3> conditions_;  // by signal
};

using Filter = ProcessorComponent<Arguments, Work>;

}  // namespace components::otelcol::processor_filter
