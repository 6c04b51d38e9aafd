#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "components/otelcol/processor_resourcedetection/signature.h"
#include "components/otelcol/shared/processor.h"

namespace components::otelcol::processor_resourcedetection {

using Detected = std::vector<std::pair<std::string, std::string>>;

/// What OTEL_RESOURCE_ATTRIBUTES says: "key=value,key=value", with %XX in values. A pair that is
/// none makes all of it worth nothing.
Detected of_environment(std::string_view text);

/// What is known of the host by its files below `root`: etc/hosts, etc/machine-id, etc/os-release.
/// `hostname`: what the kernel calls it.
Detected of_system(const System& system, const std::filesystem::path& root,
                   const std::string& hostname);

/// otelcol.processor.resourcedetection. The host is looked at once, when the arguments are new:
/// files only, nothing that may not answer.
class Work {
 public:
  static constexpr std::string_view kReason = "resourcedetection";  // It removes none.

  Work(const Arguments& arguments, const base::Logger& log);
  void apply(telemetry::OtlpBatch& batch) const;

 private:
  Detected detected_;
  bool overrides_;
};

using ResourceDetection = ProcessorComponent<Arguments, Work>;

}  // namespace components::otelcol::processor_resourcedetection
