#pragma once
#include <string>
#include <vector>

#include "components/otelcol/shared/signature.h"

/// otelcol.auth.headers sets headers of a client's requests.
namespace components::otelcol::auth_headers {

enum class Action {
  insert,  ///< if there is none of this name
  update,  ///< if there is one
  upsert,
  remove
};

struct HeaderArguments {
  std::string key;
  river::schema::OptionalSecret value;
  std::string from_context;
  std::string from_attribute;
  Action action = Action::upsert;
};

struct Arguments {
  std::vector<HeaderArguments> header;
  DebugMetrics debug_metrics;
};

extern const river::schema::Signature kSignature;

}  // namespace components::otelcol::auth_headers

namespace river::schema {
template <>
inline constexpr EnumName<components::otelcol::auth_headers::Action>
    kEnumNames<components::otelcol::auth_headers::Action>[] = {
        {"insert", components::otelcol::auth_headers::Action::insert},
        {"update", components::otelcol::auth_headers::Action::update},
        {"upsert", components::otelcol::auth_headers::Action::upsert},
        {"delete", components::otelcol::auth_headers::Action::remove},
};
}  // namespace river::schema
