#include "components/otelcol/processor_resourcedetection/signature.h"

namespace components::otelcol::processor_resourcedetection {
namespace {

namespace schema = river::schema;
using schema::Need;

constexpr schema::Field kToggleFields[] = {
    schema::attr<&Toggle::enabled>("enabled", Need::required, "Whether it is added."),
};
constexpr schema::BlockSchema kToggle = schema::schema_of(kToggleFields);

constexpr schema::Field kAttributesFields[] = {
    schema::block<&SystemAttributes::host_name>("host.name", Need::optional,
                                                "The name of the host; on.", kToggle),
    schema::block<&SystemAttributes::os_type>("os.type", Need::optional, "linux; on.", kToggle),
    schema::block<&SystemAttributes::host_id>("host.id", Need::optional,
                                              "Contents of /etc/machine-id; off.", kToggle),
    schema::block<&SystemAttributes::host_arch>("host.arch", Need::optional, "amd64, arm64; off.",
                                                kToggle),
    schema::block<&SystemAttributes::os_name>("os.name", Need::optional, "Of /etc/os-release; off.",
                                              kToggle),
    schema::block<&SystemAttributes::os_version>("os.version", Need::optional,
                                                 "Of /etc/os-release; off.", kToggle),
    schema::block<&SystemAttributes::os_description>("os.description", Need::optional,
                                                     "Of /etc/os-release; off.", kToggle),
};
constexpr schema::BlockSchema kAttributes = schema::schema_of(kAttributesFields);

constexpr schema::Field kSystemFields[] = {
    schema::attr<&System::hostname_sources>(
        "hostname_sources", Need::optional,
        "Where host.name comes from, the first that knows it: dns (the full name that /etc/hosts "
        "has), os."),
    schema::block<&System::resource_attributes>("resource_attributes", Need::optional,
                                                "What is added.", kAttributes),
};

void validate(const System& system, schema::Scope& scope) {
  if (!scope.known("hostname_sources")) return;
  for (const std::string& source : system.hostname_sources)
    if (source != "dns" && source != "os")
      scope.error("hostname_sources", "C099", "source \"{}\" is not supported; only dns and os are",
                  source);
}
constexpr schema::BlockSchema kSystem = schema::schema_of<System, validate>(kSystemFields);

constexpr schema::Field kFields[] = {
    schema::attr<&Arguments::detectors>("detectors", Need::optional,
                                        "Detectors, env and system; the first that knows an "
                                        "attribute says what it is."),
    schema::attr<&Arguments::override>("override", Need::optional,
                                       "Whether attributes that a resource has are replaced."),
    schema::attr<&Arguments::fail_on_missing_metadata>("fail_on_missing_metadata", Need::optional,
                                                       "Has no effect: all detectors are local."),
    schema::attr<&Arguments::timeout>("timeout", Need::optional,
                                      "Has no effect: all detectors are local."),
    schema::block<&Arguments::system>("system", Need::optional, "What the detector system adds.",
                                      kSystem),
    schema::block<&Arguments::output>("output", Need::required, "Receivers of the data.", kOutput),
    schema::block<&Arguments::debug_metrics>("debug_metrics", Need::optional,
                                             "For Grafana Alloy; has no effect.", kDebugMetrics),
};

void validate(const Arguments& arguments, schema::Scope& scope) {
  if (!scope.known("detectors")) return;
  for (const std::string& detector : arguments.detectors)
    if (detector != "env" && detector != "system")
      scope.error("detectors", "C099", "detector \"{}\" is not supported; only env and system are",
                  detector);
}

}  // namespace

const schema::Signature kSignature{
    .name = "otelcol.processor.resourcedetection",
    .doc = "Adds attributes of this host to the resources of data.",
    .arguments = schema::schema_of<Arguments, validate>(kFields),
    .exports = kConsumerExports,
    .make_arguments = schema::make_arguments<Arguments>,
};

}  // namespace components::otelcol::processor_resourcedetection
