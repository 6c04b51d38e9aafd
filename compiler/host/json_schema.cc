#include <nlohmann/json.hpp>

#include "compiler/host/host_schema.h"

namespace compiler::host {

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
    case KeyType::text_list:
      return {{"type", "array"}, {"items", text_schema()}};
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
  return schema.dump(2) + "\n";
}

}  // namespace compiler::host
