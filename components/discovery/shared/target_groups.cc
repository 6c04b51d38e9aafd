#include "components/discovery/shared/target_groups.h"

#include <optional>
#include <string>
#include <utility>

#include "river/stdlib/json.h"
#include "river/stdlib/yaml.h"
#include "river/value.h"

namespace components::discovery {
namespace {

using river::Value;
using river::schema::Target;
using river::schema::Targets;

/// What YAML takes for text where text is wanted.
std::optional<std::string> group_text(const Value& value, GroupSyntax syntax) {
  if (const std::string* text = value.as_string()) return *text;
  if (syntax == GroupSyntax::json) return std::nullopt;
  if (value.as_number() != nullptr || value.as_bool() != nullptr) return to_text(value);
  return std::nullopt;
}

base::Result<void> read_group(const Value& group, GroupSyntax syntax, Targets& targets) {
  if (group.as_object() == nullptr) return base::fail("it is not an object");
  Target::Labels labels;
  if (const Value* found = group.field("labels"); found != nullptr && !found->is_null()) {
    if (found->as_object() == nullptr) return base::fail("\"labels\" is not an object");
    for (const auto& [name, value] : *found->as_object()) {
      auto text = group_text(value, syntax);
      if (!text) return base::fail("label \"{}\" is not a string", name);
      labels[name] = std::move(*text);
    }
  }
  const Value* addresses = group.field("targets");
  if (addresses == nullptr || addresses->is_null()) return {};
  if (addresses->as_array() == nullptr) return base::fail("\"targets\" is not a list");
  for (const Value& address : *addresses->as_array()) {
    auto text = group_text(address, syntax);
    if (!text) return base::fail("a target is not a string");
    labels["__address__"] = std::move(*text);
    targets.emplace_back(labels);
  }
  return {};
}

}  // namespace

base::Result<Targets> read_target_groups(std::string_view text, GroupSyntax syntax) {
  const auto groups = syntax == GroupSyntax::json
                          ? river::stdlib::read_json(text, river::stdlib::JsonNumbers::all_floats)
                          : river::stdlib::read_yaml(text);
  if (!groups && syntax == GroupSyntax::json) return base::fail("not JSON");
  if (!groups) return base::fail("not YAML: {}", groups.error().message);
  Targets targets;
  if (groups->is_null() && syntax == GroupSyntax::yaml) return targets;  // An empty file.
  if (groups->as_array() == nullptr) return base::fail("not a list of target groups");
  for (size_t i = 0; i < groups->as_array()->size(); ++i)
    if (auto read = read_group((*groups->as_array())[i], syntax, targets); !read)
      return base::fail("group {}: {}", i, read.error().message);
  return targets;
}

}  // namespace components::discovery
