#pragma once
#include "components/loki/process/stages.h"

namespace components::loki::process {

/// The stages of one loki.process, ready to run. Used by one thread at a time.
class Pipeline {
 public:
  Pipeline(const std::vector<StageArgs>& stages, const base::metrics::Scope& metrics,
           const base::Logger& log);

  /// Runs all stages over a batch. What is dropped is missing in the answer, and counted.
  telemetry::LogBatch process(telemetry::LogBatch batch);
  /// Entries that stages hold back until more lines come.
  size_t held() const;

 private:
  /// An extracted value starts as the label of the same name.
  void extract_labels();

  Names names_;
  Stages stages_;
  Frame frame_;
};

}  // namespace components::loki::process
