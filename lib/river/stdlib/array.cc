#include <algorithm>

#include "river/stdlib/functions.h"

namespace river::stdlib {

namespace {

Answer concat(const Arguments& args) {
  Array out;
  for (const Value& arg : args) {
    if (arg.is_unknown()) return Value::unknown(&kArrayType);
    out.insert(out.end(), arg.as_array()->begin(), arg.as_array()->end());
  }
  return Value::array(std::move(out));
}

base::Result<void> check_objects(const Value& array) {
  for (const Value& element : *array.as_array())
    if (element.as_object() == nullptr)
      return base::fail("elements should be object, got {}", kind_name(element.kind()));
  return {};
}

// Equal and of one type in the strict sense: the integer 1 is not the float 1.0.
base::Result<bool> same(const Value& left, const Value& right) {
  for (const Value* value : {&left, &right})
    if (value->as_array() != nullptr || value->as_object() != nullptr ||
        value->as_function() != nullptr)
      return base::fail("merge conditions cannot compare values of type {}",
                        kind_name(value->kind()));
  const Number* l = left.as_number();
  const Number* r = right.as_number();
  return left == right && (l == nullptr || l->rank == r->rank);
}

base::Result<bool> matches(const Value& left, const Value& right, const Array& keys) {
  bool all = true;
  for (const Value& key : keys) {
    const Value* l = left.field(*key.as_string());
    const Value* r = right.field(*key.as_string());
    if (l == nullptr || r == nullptr) return false;
    auto equal = same(*l, *r);
    if (!equal) return equal;
    all = all && *equal;
  }
  return all;
}

Value merge(const Value& left, const Value& right) {
  Object fields = *left.as_object();
  fields.insert(fields.end(), right.as_object()->begin(), right.as_object()->end());
  return Value::object(std::move(fields));
}

Answer combine_maps(const Arguments& args) {
  for (const Value* side : {&args[0], &args[1]})
    if (const auto objects = check_objects(*side); !objects) return tl::unexpected(objects.error());
  const Array& keys = *args[2].as_array();
  if (keys.empty()) return base::fail("merge conditions must not be empty");
  for (const Value& key : keys)
    if (key.as_string() == nullptr)
      return base::fail("merge conditions should be string, got {}", kind_name(key.kind()));
  const bool keep = args.size() == 4 && *args[3].as_bool();

  Array out;
  for (const Value& left : *args[0].as_array())
    for (const Value& right : *args[1].as_array()) {
      const auto match = matches(left, right, keys);
      if (!match) return tl::unexpected(match.error());
      if (*match)
        out.push_back(merge(left, right));
      else if (keep)
        out.push_back(left);
      if (out.size() > kElementsMax) return too_long();
    }
  return Value::array(std::move(out));
}

Answer group_by(const Arguments& args) {
  if (const auto objects = check_objects(args[0]); !objects) return tl::unexpected(objects.error());
  const std::string& key = text(args[1]);
  const bool drop = *args[2].as_bool();

  std::vector<std::pair<std::string, Array>> groups;  // In the order of their first items.
  for (const Value& item : *args[0].as_array()) {
    const Value* value = item.field(key);
    if (value == nullptr && drop) continue;
    if (value != nullptr && value->as_string() == nullptr)
      return base::fail("value of key {} should be string, got {}", quote(key),
                        kind_name(value->kind()));
    const std::string name = value != nullptr ? *value->as_string() : "";
    auto group =
        std::find_if(groups.begin(), groups.end(), [&](const auto& g) { return g.first == name; });
    if (group == groups.end()) group = groups.insert(groups.end(), {name, {}});
    group->second.push_back(item);
  }

  Array out;
  for (auto& [name, items] : groups)
    out.push_back(
        Value::object({{key, Value::string(name)}, {"items", Value::array(std::move(items))}}));
  return Value::array(std::move(out));
}

constexpr Type kObjectsType{.kind = Kind::array, .name = "list(map(any))", .element = &kObjectType};
constexpr const Type* kTakesArrays[] = {&kArrayType};
constexpr const Type* kTakesCombination[] = {&kArrayType, &kArrayType, &kArrayType, &kBoolType};
constexpr const Type* kTakesGrouping[] = {&kArrayType, &kStringType, &kBoolType};
constexpr Function kArrayFunctions[] = {{.name = "array.concat",
                                         .arity_max = -1,
                                         .parameters = kTakesArrays,
                                         .result = &kArrayType,
                                         .call = concat,
                                         .takes_unknown = true},
                                        {.name = "array.combine_maps",
                                         .arity_min = 3,
                                         .arity_max = 4,
                                         .parameters = kTakesCombination,
                                         .result = &kObjectsType,
                                         .call = combine_maps,
                                         .experimental = true},
                                        {.name = "array.group_by",
                                         .arity_min = 3,
                                         .arity_max = 3,
                                         .parameters = kTakesGrouping,
                                         .result = &kObjectsType,
                                         .call = group_by,
                                         .experimental = true}};

}  // namespace

std::span<const Function> array_functions() {
  return kArrayFunctions;
}

}  // namespace river::stdlib
