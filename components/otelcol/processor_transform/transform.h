#pragma once
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "components/otelcol/processor_transform/signature.h"
#include "components/otelcol/shared/processor.h"
#include "ottl/ast.h"
#include "ottl/run.h"

namespace components::otelcol::processor_transform {

/// otelcol.processor.transform: one group of statements after another, each on all of its targets.
/// A statement that cannot be done to a target is left out there.
class Work {
 public:
  static constexpr std::string_view kReason = "transform";  // It removes none.

  Work(const Arguments& arguments, const base::Logger& log);
  void apply(telemetry::OtlpBatch& batch) const;

 private:
  struct Group {
    ottl::Context context;
    ErrorMode error_mode;
    std::vector<ottl::Expression> conditions;
    std::vector<ottl::Statement> statements;
    std::vector<std::string> texts;  ///< of the statements
  };

  void add(telemetry::Signal signal, const ContextStatements& written, ErrorMode error_mode);
  void run(const Group& group, const ottl::Target& target) const;
  void report(const Group& group, std::string_view text, ottl::Run& run) const;

  base::Logger log_;
  std::array<std::vector<Group>, 3> groups_;  // by signal
};

using Transform = ProcessorComponent<Arguments, Work>;

}  // namespace components::otelcol::processor_transform
