#pragma once
#include <optional>
#include <string>
#include <vector>

#include "components/otelcol/shared/match_properties/signature.h"
#include "components/otelcol/shared/signature.h"

/// otelcol.processor.attributes changes attributes of spans, log records and data points.
namespace components::otelcol::processor_attributes {

enum class Verb { insert, update, upsert, erase, hash, extract, convert };

/// One step; done in the order in which they are written.
struct Action {
  std::string key;
  river::Value value;
  river::schema::Regex pattern;
  std::string from_attribute;
  std::string from_context;
  std::string converted_type;
  Verb action = Verb::insert;
};

struct Arguments {
  std::optional<MatchProperties> include;
  std::optional<MatchProperties> exclude;
  std::vector<Action> action;
  OutputArguments output;
  DebugMetrics debug_metrics;
};

extern const river::schema::Signature kSignature;

}  // namespace components::otelcol::processor_attributes

namespace river::schema {
template <>
inline constexpr EnumName<components::otelcol::processor_attributes::Verb>
    kEnumNames<components::otelcol::processor_attributes::Verb>[] = {
        {"insert", components::otelcol::processor_attributes::Verb::insert},
        {"update", components::otelcol::processor_attributes::Verb::update},
        {"upsert", components::otelcol::processor_attributes::Verb::upsert},
        {"delete", components::otelcol::processor_attributes::Verb::erase},
        {"hash", components::otelcol::processor_attributes::Verb::hash},
        {"extract", components::otelcol::processor_attributes::Verb::extract},
        {"convert", components::otelcol::processor_attributes::Verb::convert},
};
}  // namespace river::schema
