#pragma once
#include <optional>
#include <string>
#include <vector>

#include "river/schema/field.h"

/// The blocks `include` and `exclude` of otelcol processors.
namespace components::otelcol {

enum class MatchType { strict, regexp };

struct MatchAttribute {
  std::string key;
  river::Value value;  ///< null: it is enough that there is one
};

struct MatchLibrary {
  std::string name;
  std::optional<std::string> version;
};

struct MatchSeverity {
  std::string min;
  bool match_undefined = false;
};

/// Of Grafana Alloy, where regexes have a cache.
struct RegexpCache {
  bool cache_enabled = false;
  int64_t cache_max_num_entries = 0;
};

/// An item matches when it matches each of what is given: of a list, and of the library blocks, one
/// is enough; of the attribute and resource blocks each must match. What the item's signal does not
/// have matches no item of it.
struct MatchProperties {
  MatchType match_type = MatchType::strict;
  std::optional<RegexpCache> regexp;
  std::vector<std::string> services;
  std::vector<std::string> span_names;
  std::vector<std::string> span_kinds;
  std::vector<std::string> log_bodies;
  std::vector<std::string> log_severity_texts;
  std::optional<MatchSeverity> log_severity;
  std::vector<std::string> metric_names;
  std::vector<MatchAttribute> attribute;
  std::vector<MatchAttribute> resource;
  std::vector<MatchLibrary> library;
};
extern const river::schema::BlockSchema kMatchProperties;

/// "INFO", "ERROR2" -> 9, 18; 0: no such severity.
int severity_of(std::string_view name);

}  // namespace components::otelcol

namespace river::schema {
template <>
inline constexpr EnumName<components::otelcol::MatchType>
    kEnumNames<components::otelcol::MatchType>[] = {
        {"strict", components::otelcol::MatchType::strict},
        {"regexp", components::otelcol::MatchType::regexp},
};
}  // namespace river::schema
