#include "components/loki/process/geoip/signature.h"

namespace components::loki::process::geoip {

namespace schema = river::schema;

namespace {

constexpr schema::Field kFields[] = {
    schema::attr<&Args::db>("db", schema::Need::required, "Database file."),
    schema::attr<&Args::source>("source", schema::Need::required,
                                "Extracted value that holds the address."),
    schema::attr<&Args::db_type>("db_type", schema::Need::optional, "city, asn or country."),
    schema::attr<&Args::custom_lookups>("custom_lookups", schema::Need::optional,
                                        "Further fields by expression."),
};

void validate(const Args&, schema::Scope& scope) {
  scope.warning("", "C090", "stage.geoip is accepted but has no effect yet");
}

}  // namespace

constexpr schema::BlockSchema kSchema = schema::schema_of<Args, validate>(kFields);

}  // namespace components::loki::process::geoip
