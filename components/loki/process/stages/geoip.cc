#include "components/loki/process/stages/geoip.h"

namespace components::loki::process::stages {

namespace schema = river::schema;
using schema::Need;

namespace {

constexpr schema::Field kGeoipFields[] = {
    schema::attr<&GeoipArgs::db>("db", Need::required, "Database file."),
    schema::attr<&GeoipArgs::source>("source", Need::required,
                                     "Extracted value that holds the address."),
    schema::attr<&GeoipArgs::db_type>("db_type", Need::optional, "city, asn or country."),
    schema::attr<&GeoipArgs::custom_lookups>("custom_lookups", Need::optional,
                                             "Further fields by expression."),
};

void validate(const GeoipArgs&, schema::Scope& scope) {
  scope.warning("", "C090", "stage.geoip is accepted but has no effect yet");
}

}  // namespace

constexpr StageKindOf<GeoipArgs> kGeoip = stage_kind<GeoipArgs, nullptr, track_extraction>(
    "stage.geoip", "Looks an address up in a MaxMind database.",
    schema::schema_of<GeoipArgs, validate>(kGeoipFields));

}  // namespace components::loki::process::stages
