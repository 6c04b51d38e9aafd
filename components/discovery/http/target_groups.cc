#include "components/discovery/http/target_groups.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "base/json.h"

namespace components::discovery::http {
namespace {

using Json = nlohmann::json;
using river::schema::Target;
using river::schema::Targets;

base::Result<void> read_group(const Json& group, Targets& targets) {
  if (!group.is_object()) return base::fail("it is not an object");
  Target::Labels labels;
  if (const auto found = group.find("labels"); found != group.end() && !found->is_null()) {
    if (!found->is_object()) return base::fail("\"labels\" is not an object");
    for (const auto& [name, value] : found->items()) {
      if (!value.is_string()) return base::fail("label \"{}\" is not a string", name);
      labels[name] = value.get<std::string>();
    }
  }
  const auto addresses = group.find("targets");
  if (addresses == group.end() || addresses->is_null()) return {};
  if (!addresses->is_array()) return base::fail("\"targets\" is not a list");
  for (const Json& address : *addresses) {
    if (!address.is_string()) return base::fail("a target is not a string");
    labels["__address__"] = address.get<std::string>();
    targets.emplace_back(labels);
  }
  return {};
}

}  // namespace

base::Result<Targets> read_target_groups(std::string_view json) {
  const Json groups = base::parse_json(json);
  if (groups.is_discarded()) return base::fail("not JSON");
  if (!groups.is_array()) return base::fail("not a list of target groups");
  Targets targets;
  for (size_t i = 0; i < groups.size(); ++i)
    if (auto read = read_group(groups[i], targets); !read)
      return base::fail("group {}: {}", i, read.error().message);
  return targets;
}

}  // namespace components::discovery::http
