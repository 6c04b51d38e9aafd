#include "compiler/host/host_schema.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "river/diag/diagnostics.h"

namespace compiler::host {

namespace {

/// What to do where the variable is of another meaning.
void help_instead(const Key& key, river::diag::Diagnostic& problem) {
  if (!key.instead.empty())
    problem.with_help(fmt::format("where {} is a variable of something else, set {}, which wins",
                                  key.name, key.instead));
}

bool wrong_type(const yaml::Node& value, const Key& key, std::string_view wanted,
                river::diag::Diagnostics& diagnostics) {
  auto& problem = diagnostics.error("F004", value.span, "{} must be {}, not {}", key.name, wanted,
                                    yaml::describe(value));
  help_instead(key, problem);
  // basic_auth: "user:password"
  if (std::any_of(key.keys.begin(), key.keys.end(),
                  [](const Key& inner) { return inner.type == KeyType::secret; }))
    problem.without_source();
  if (yaml::is_encrypted(value))
    problem.with_help(
        "what is encrypted is not written into a config: put it in plain text, or "
        "let the agent read it from its environment");
  std::vector<std::string_view> names;
  for (const Key& known : key.keys) names.push_back(known.name);
  if (yaml::as_bool(value) && key.type == KeyType::map)
    problem.with_help(fmt::format("write {}: {{{}: ...}}; it has {}", key.name, names.front(),
                                  fmt::join(names, ", ")));
  else if (yaml::as_bool(value) && key.type != KeyType::boolean && names.empty())
    problem.with_help("YAML reads this word as a boolean: put it in quotes");
  return false;
}

bool check_text(const yaml::Node& value, const Key& key, river::diag::Diagnostics& diagnostics) {
  const auto found = yaml::as_text(value);
  if (!found) return wrong_type(value, key, "text", diagnostics);
  if (key.one_of.empty()) return true;
  for (const std::string_view allowed : key.one_of)
    if (allowed == *found) return true;
  auto& problem = diagnostics.error("F012", value.span, "{} cannot be \"{}\"; it is one of {}",
                                    key.name, *found, fmt::join(key.one_of, ", "));
  help_instead(key, problem);
  if (const auto near = river::diag::did_you_mean(*found, key.one_of); !near.empty())
    problem.with_help(fmt::format("did you mean \"{}\"?", near));
  return false;
}

/// Writing the secret where the name of its variable belongs is a usual slip.
bool check_variable(const yaml::Node& value, const Key& key,
                    river::diag::Diagnostics& diagnostics) {
  const auto name = yaml::as_text(value);
  if (!name) return wrong_type(value, key, "text", diagnostics);
  if (value.templated || base::is_label_name(*name)) return true;
  diagnostics
      .error("F050", value.span,
             "{} is to name an environment variable, of letters, digits and _; this may be the "
             "secret itself",
             key.name)
      .with_help("put the value into the agent's environment under a name, and write the name here")
      .without_source();
  return false;
}

bool check_map(const yaml::Node& value, const Key& key, river::diag::Diagnostics& diagnostics) {
  if (value.kind != yaml::Kind::map) return wrong_type(value, key, "a map", diagnostics);
  bool good = true;
  std::vector<std::string_view> names;
  for (const Key& known : key.keys) names.push_back(known.name);
  for (const yaml::Pair& pair : value.pairs) {
    const Key* known = nullptr;
    for (const Key& candidate : key.keys)
      if (candidate.name == pair.key) known = &candidate;
    if (known != nullptr) {
      good &= yaml::is_null(*pair.value) || check_value(*pair.value, *known, diagnostics);
      continue;
    }
    good = false;
    auto& problem =
        diagnostics.error("F005", pair.key_span, "{} has no key \"{}\"", key.name, pair.key);
    if (const auto near = river::diag::did_you_mean(pair.key, names); !near.empty())
      problem.with_help(fmt::format("did you mean \"{}\"?", near));
    else
      problem.with_help(fmt::format("it has {}", fmt::join(names, ", ")));
  }
  for (const Key& known : key.keys) {
    if (!known.required || value.find(known.name) != nullptr) continue;
    diagnostics.error("F006", value.span, "\"{}\" is missing here", known.name);
    good = false;
  }
  return good;
}

bool check_list(const yaml::Node& value, const Key& key, river::diag::Diagnostics& diagnostics) {
  const bool of_maps = key.type == KeyType::map_list;
  if (value.kind != yaml::Kind::list)
    return wrong_type(value, key, of_maps ? "a list of maps" : "a list", diagnostics);
  bool good = true;
  for (const yaml::Node* item : value.items)
    good &= of_maps ? check_map(*item, key, diagnostics) : check_text(*item, key, diagnostics);
  return good;
}

bool check_text_map(const yaml::Node& value, const Key& key,
                    river::diag::Diagnostics& diagnostics) {
  if (value.kind != yaml::Kind::map) return wrong_type(value, key, "a map", diagnostics);
  bool good = true;
  for (const yaml::Pair& pair : value.pairs)  // A null removes what a group sets.
    if (!yaml::is_null(*pair.value) && !yaml::as_text(*pair.value))
      good = wrong_type(*pair.value, Key{pair.key, KeyType::text, ""}, "text", diagnostics);
  return good;
}

bool check_port_range(const yaml::Node& value, const Key& key,
                      river::diag::Diagnostics& diagnostics) {
  if (value.kind == yaml::Kind::list && value.items.size() == 2) {
    const auto first = yaml::as_int(*value.items[0]);
    const auto last = yaml::as_int(*value.items[1]);
    if (first && last && *first >= 1 && *first <= *last && *last <= 65535) return true;
  }
  diagnostics.error("F004", value.span, "{} must be two ports, [first, last]", key.name);
  return false;
}

}  // namespace

const yaml::Node* with_closed_secrets(const yaml::Node& value, std::span<const Key> keys,
                                      base::Arena& arena) {
  if (value.kind != yaml::Kind::map || !value.templated) return &value;
  std::vector<yaml::Pair> pairs(value.pairs.begin(), value.pairs.end());
  for (yaml::Pair& pair : pairs)
    for (const Key& key : keys) {
      if (key.name != pair.key) continue;
      if (key.type == KeyType::map)
        pair.value = with_closed_secrets(*pair.value, key.keys, arena);
      else if (key.type == KeyType::secret && pair.value->templated)
        pair.value = yaml::make_encrypted(arena, pair.value->span);
    }
  return yaml::make_map(arena, value.span, pairs);
}

bool check_value(const yaml::Node& value, const Key& key, river::diag::Diagnostics& diagnostics) {
  switch (key.type) {
    case KeyType::boolean:
      return yaml::as_bool(value) || wrong_type(value, key, "true or false", diagnostics);
    case KeyType::text:
      return check_text(value, key, diagnostics);
    case KeyType::switch_or_list:
      if (yaml::as_bool(value)) return true;
      if (value.kind != yaml::Kind::list)
        return wrong_type(value, key, "true, false or a list", diagnostics);
      return check_list(value, key, diagnostics);
    case KeyType::text_list:
    case KeyType::map_list:
      return check_list(value, key, diagnostics);
    case KeyType::text_map:
      return check_text_map(value, key, diagnostics);
    case KeyType::port_range:
      return check_port_range(value, key, diagnostics);
    case KeyType::map:
      return check_map(value, key, diagnostics);
    case KeyType::variable:
      return check_variable(value, key, diagnostics);
    case KeyType::secret:
      break;
  }
  if (yaml::is_encrypted(value) || value.from_vault) return true;
  diagnostics.error("F050", value.span, "a {} in plain text", key.name)
      .with_help("name an environment variable with password_env, or encrypt it with ansible-vault")
      .without_source();
  return false;
}

namespace {

using Json = nlohmann::ordered_json;

Json properties(std::span<const Key> keys);

Json object_of(std::span<const Key> keys) {
  Json object = {
      {"type", "object"}, {"additionalProperties", false}, {"properties", properties(keys)}};
  for (const Key& key : keys)
    if (key.required) object["required"].push_back(key.name);
  return object;
}

/// Numbers count as text, because YAML users write `tenant: 42`.
Json text_schema() {
  return {{"type", {"string", "number"}}};
}

Json schema_of(const Key& key) {
  switch (key.type) {
    case KeyType::boolean:
      return {{"type", "boolean"}};
    case KeyType::text: {
      Json text = text_schema();
      if (!key.one_of.empty())
        text = {
            {"enum", Json(std::vector<std::string_view>(key.one_of.begin(), key.one_of.end()))}};
      return text;
    }
    case KeyType::variable:
      return {{"type", "string"}, {"pattern", "^[A-Za-z_][A-Za-z0-9_]*$"}};
    case KeyType::text_list:
      return {{"type", "array"}, {"items", text_schema()}};
    case KeyType::switch_or_list:
      return {{"type", {"boolean", "array"}}, {"items", text_schema()}};
    case KeyType::text_map:
      return {{"type", "object"}, {"additionalProperties", text_schema()}};
    case KeyType::port_range:
      return {{"default", {kSyslogPortFirst, kSyslogPortLast}},
              {"type", "array"},
              {"items", {{"type", "integer"}, {"minimum", 1}, {"maximum", 65535}}},
              {"minItems", 2},
              {"maxItems", 2}};
    case KeyType::secret:
      return Json::object();
    case KeyType::map:
      return object_of(key.keys);
    case KeyType::map_list:
      return {{"type", "array"}, {"items", object_of(key.keys)}};
  }
  return Json::object();
}

Json properties(std::span<const Key> keys) {
  Json all = Json::object();
  for (const Key& key : keys) {
    Json one = {{"description", key.doc}};
    one.update(schema_of(key));
    all[std::string(key.name)] = std::move(one);
  }
  return all;
}

}  // namespace

std::string json_schema() {
  const Json ports = {{"description", "Port of the service's syslog listener on 127.0.0.1."},
                      {"type", {"integer", "string"}}};
  const Json schema = {
      {"$schema", "https://json-schema.org/draft/2020-12/schema"},
      {"title", "Variables of a host or a group that cfgc reads"},
      {"type", "object"},
      {"properties", properties(host_keys())},
      {"patternProperties", {{fmt::format(".+{}$", kSyslogPortSuffix), ports}}},
  };
  return base::json_text(schema, 2) + "\n";
}

}  // namespace compiler::host
