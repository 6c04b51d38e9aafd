#include "components/prometheus/shared/signature.h"

namespace components::prometheus {
namespace {

namespace schema = river::schema;

constexpr schema::Field kExporterFields[] = {
    schema::attr<&ExporterExports::targets>("targets", schema::Need::required,
                                            "The target that exposes these metrics."),
};

}  // namespace

constinit const std::span<const schema::Field> kExporterExports = kExporterFields;

}  // namespace components::prometheus
