#include "river/stdlib/yaml.h"

#include <yaml-cpp/yaml.h>

#include <unordered_set>

#include "base/base64.h"
#include "river/number.h"

namespace river::stdlib {

namespace {

constexpr std::string_view kTagPrefix = "tag:yaml.org,2002:";

class YamlReader {
 public:
  base::Result<Value> read(const YAML::Node& node, int depth);

 private:
  base::Result<Value> scalar(const YAML::Node& node);
  base::Result<Value> sequence(const YAML::Node& node, int depth);
  base::Result<Value> mapping(const YAML::Node& node, int depth);
  base::Result<void> merge(const YAML::Node& source, int depth, Object& fields);

  int values_ = 0;
};

tl::unexpected<base::Error> fail_at(const YAML::Node& node, std::string_view what) {
  return base::fail("line {}: {}", node.Mark().line + 1, what);
}

base::Result<Value> YamlReader::read(const YAML::Node& node, int depth) {
  if (depth > kYamlDepthMax) return fail_at(node, "nested too deeply");
  if (++values_ > kYamlValuesMax) return fail_at(node, "too many values; aliases multiply them");
  switch (node.Type()) {
    case YAML::NodeType::Scalar:
      return scalar(node);
    case YAML::NodeType::Sequence:
      return sequence(node, depth);
    case YAML::NodeType::Map:
      return mapping(node, depth);
    default:
      return Value();
  }
}

base::Result<Value> YamlReader::scalar(const YAML::Node& node) {
  const std::string& text = node.Scalar();
  std::string_view tag = node.Tag();
  if (tag == "?" || tag.empty()) return yaml_plain_scalar(text);
  if (!tag.starts_with(kTagPrefix)) return Value::string(text);
  tag.remove_prefix(kTagPrefix.size());
  if (tag == "binary") {
    auto bytes = base::base64_decode(text, base::Base64::standard);
    if (!bytes) return fail_at(node, bytes.error().message);
    return Value::string(*std::move(bytes));
  }
  if (tag == "int" || tag == "bool" || tag == "null" || tag == "timestamp")
    return yaml_plain_scalar(text);
  if (tag != "float") return Value::string(text);
  const Value number = yaml_plain_scalar(text);
  if (number.as_number() == nullptr) return fail_at(node, "not a number");
  return Value::number(to_double(*number.as_number()));
}

base::Result<Value> YamlReader::sequence(const YAML::Node& node, int depth) {
  Array elements;
  elements.reserve(node.size());
  for (const YAML::Node& child : node) {
    auto element = read(child, depth + 1);
    if (!element) return element;
    elements.push_back(*std::move(element));
  }
  return Value::array(std::move(elements));
}

base::Result<Value> YamlReader::mapping(const YAML::Node& node, int depth) {
  Object merged;
  Object fields;
  bool opaque = false;
  std::unordered_set<std::string> seen;
  for (const auto& pair : node) {
    const YAML::Node& key = pair.first;
    if (key.IsScalar() && key.Scalar() == "<<" && key.Tag() == "?") {
      if (auto done = merge(pair.second, depth, merged); !done) return tl::unexpected(done.error());
      continue;
    }
    auto name = read(key, depth + 1);
    if (!name) return name;
    auto value = read(pair.second, depth + 1);
    if (!value) return value;
    if (name->as_string() == nullptr) {
      opaque = true;
      continue;
    }
    if (!seen.insert(*name->as_string()).second)
      return fail_at(key, fmt::format("mapping key {} already defined", quote(key.Scalar())));
    fields.emplace_back(*name->as_string(), *std::move(value));
  }
  if (opaque) return Value::capsule({"map[interface {}]interface {}", nullptr});
  // What is written wins over what is merged in, because it comes later.
  merged.insert(merged.end(), fields.begin(), fields.end());
  return Value::object(std::move(merged));
}

base::Result<void> YamlReader::merge(const YAML::Node& source, int depth, Object& fields) {
  auto value = read(source, depth + 1);
  if (!value) return tl::unexpected(value.error());
  Array sources = value->as_array() != nullptr ? *value->as_array() : Array{*value};
  // The first of several sources wins, so it is added last.
  for (size_t i = sources.size(); i-- > 0;) {
    const Object* map = sources[i].as_object();
    if (map == nullptr) return fail_at(source, "map merge requires a map or a list of maps");
    fields.insert(fields.end(), map->begin(), map->end());
  }
  return {};
}

}  // namespace

base::Result<Value> read_yaml(std::string_view text) {
  try {
    return YamlReader().read(YAML::Load(std::string(text)), 0);
  } catch (const YAML::Exception& e) {
    return base::fail("line {}: {}", e.mark.line + 1, e.msg);
  }
}

}  // namespace river::stdlib
