#include <optional>

#include "river/config/steps.h"

namespace river::config {

namespace {

/// An object under construction: values are immutable once made.
struct Draft {
  std::map<std::string, Draft, std::less<>> fields;
  std::optional<Value> value;

  Draft& at(std::string_view dotted) {
    Draft* draft = this;
    while (true) {
      const size_t dot = dotted.find('.');
      draft = &draft->fields[std::string(dotted.substr(0, dot))];
      if (dot == std::string_view::npos) return *draft;
      dotted.remove_prefix(dot + 1);
    }
  }

  Value finish() const {
    if (value) return *value;
    Object object;
    for (const auto& [name, field] : fields) object.emplace_back(name, field.finish());
    return Value::object(std::move(object));
  }
};

}  // namespace

Names::Names(const Node& node, const ExportsOf& exports) {
  Draft all;
  for (const Node* dependency : node.dependencies) {
    const Value* value = exports(dependency->id);
    all.at(dependency->id).value = value ? *value : Value::unknown();
  }
  // Over what stands on the way to them: `loki.write` alone makes all of it unknown.
  for (const std::string& path : node.unresolved) all.at(path).value = Value::unknown();
  for (const auto& [name, draft] : all.fields) roots_[name] = draft.finish();
}

Scope Names::scope() const {
  return [this](std::string_view name) -> const Value* {
    const auto found = roots_.find(name);
    return found == roots_.end() ? nullptr : &found->second;
  };
}

}  // namespace river::config
