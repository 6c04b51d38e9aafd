#include "components/loki/process/stages/kinds.h"

/// Stages that a configuration may have, and that do nothing yet: checking says so.
namespace components::loki::process::stages {

namespace schema = river::schema;
using schema::Need;

struct GeoipArgs {
  std::string db;
  std::optional<std::string> source;
  std::string db_type;
  std::map<std::string, std::string> custom_lookups;
};

struct LuhnArgs {
  std::string replacement = "**REDACTED**";
  std::optional<std::string> source;
  int64_t min_length = 13;
  std::string delimiters;
  river::schema::Regex skip_regex;
};

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

constexpr schema::Field kLuhnFields[] = {
    schema::attr<&LuhnArgs::replacement>("replacement", Need::optional, "Replacement text."),
    schema::attr<&LuhnArgs::source>("source", Need::optional,
                                    "Extracted value to read instead of the line."),
    schema::attr<&LuhnArgs::min_length>("min_length", Need::optional, "Smallest number of digits."),
    schema::attr<&LuhnArgs::delimiters>("delimiters", Need::optional,
                                        "Characters allowed between the digits."),
    schema::attr<&LuhnArgs::skip_regex>("skip_regex", Need::optional,
                                        "Matches of this regex are left alone."),
};

void validate(const LuhnArgs&, schema::Scope& scope) {
  // To pass card numbers on unmasked would be worse than to refuse the configuration.
  scope.error("", "C091", "tributary does not have stage.luhn yet");
}

}  // namespace

constexpr StageKindOf<GeoipArgs> kGeoip = stage_kind<GeoipArgs, nullptr, track_extraction>(
    "stage.geoip", "Looks an address up in a MaxMind database.",
    schema::schema_of<GeoipArgs, validate>(kGeoipFields));

constexpr StageKindOf<LuhnArgs> kLuhn =
    stage_kind<LuhnArgs>("stage.luhn", "Masks digits that pass the Luhn check, as card numbers do.",
                         schema::schema_of<LuhnArgs, validate>(kLuhnFields));

}  // namespace components::loki::process::stages
