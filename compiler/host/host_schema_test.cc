#include "compiler/host/host_schema.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "base/json.h"

namespace {

using compiler::host::Key;
using nlohmann::json;

/// Every key of the table is in the schema with its sentence, and nothing else is.
void compare(const json& properties, std::span<const Key> keys) {
  CHECK(properties.size() == keys.size());
  for (const Key& key : keys) {
    CAPTURE(key.name);
    REQUIRE(properties.contains(std::string(key.name)));
    const json& property = properties[std::string(key.name)];
    CHECK(property["description"] == key.doc);
    if (key.keys.empty()) continue;
    const json& object = property.contains("items") ? property["items"] : property;
    CHECK(object["additionalProperties"] == false);
    compare(object["properties"], key.keys);
  }
}

TEST_CASE("schema: the table that is checked, and nothing else") {
  const json schema = base::parse_json(compiler::host::json_schema());
  compare(schema["properties"], compiler::host::host_keys());
  CHECK(schema["patternProperties"].contains(".+_syslog_port$"));
}

}  // namespace
