#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "components/shared/http_client/signature.h"
#include "river/schema/decode.h"
#include "river/schema/signature.h"

/// What the signatures of components that send to a server have in common: checks of an endpoint's
/// arguments, and what endpoints need of the host.
namespace components::sink {

bool has_line_break(std::string_view text);

/// Reports what is 0 or less (C061).
void check_positive(std::string_view name, int64_t value, river::schema::Scope& scope);

/// Reports a duration that is longer than the one that limits it (C062).
void check_order(std::string_view name, river::schema::Duration value, std::string_view limit_name,
                 river::schema::Duration limit, river::schema::Scope& scope);

/// Reports headers that would break the request (C063), at the attribute `headers`.
void check_headers(const std::map<std::string, std::string>& headers, river::schema::Scope& scope);

/// Where a kind of server takes what is sent to it.
struct PushPath {
  std::string_view takes_none;  ///< "Loki takes no pushes"
  const char* help;
  bool (*is_wrong)(std::string_view path);  ///< a path at which no such server takes anything
};

/// Warns of a `url` without a path, or with a wrong one (C093).
void check_path(std::string_view url, const PushPath& push, river::schema::Scope& scope);

/// Reports blocks `endpoint` that share a name, or have none and are equal (C065): the queue that
/// an endpoint keeps over a reload could be either's. `Endpoint` has the members `name` and `url`.
template <class Endpoint>
void check_distinct(const std::vector<Endpoint>& endpoints,
                    const river::schema::BlockSchema& schema, river::schema::Scope& scope) {
  for (size_t i = 0; i < endpoints.size(); ++i)
    for (size_t j = 0; j < i; ++j)
      if (endpoints[i].name == endpoints[j].name && !endpoints[i].url.text.empty() &&
          (!endpoints[i].name.empty() || river::schema::encode(schema, &endpoints[i]) ==
                                             river::schema::encode(schema, &endpoints[j])))
        scope.error("endpoint", "C065", "two endpoints are alike; give each a name of its own");
}

/// Adds the server at `url`, and the files that its client reads, to what a component needs. A URL
/// that is not known is empty.
void add_needed_server(const std::string& url, const HttpClientArguments& client,
                       std::vector<river::schema::HostNeed>& needs);

/// The hook `needs` of arguments whose blocks `endpoint` have the members `url` and `http`.
template <class Arguments>
std::vector<river::schema::HostNeed> endpoint_needs(const Arguments& arguments) {
  std::vector<river::schema::HostNeed> needs;
  for (const auto& endpoint : arguments.endpoint)
    add_needed_server(endpoint.url.text, endpoint.http, needs);
  return needs;
}

}  // namespace components::sink
