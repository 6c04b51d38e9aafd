#include "river/value.h"

#include <algorithm>
#include <unordered_map>

#include "river/number.h"

namespace river {

namespace {

// A later duplicate replaces the value of the earlier one, which keeps its place.
void merge_duplicates(Object& fields) {
  std::unordered_map<std::string_view, size_t> seen;
  seen.reserve(fields.size());
  std::vector<bool> dropped(fields.size());
  bool any = false;
  for (size_t i = 0; i < fields.size(); ++i) {
    const auto [first, fresh] = seen.try_emplace(fields[i].first, i);
    if (fresh) continue;
    fields[first->second].second = std::move(fields[i].second);
    dropped[i] = any = true;
  }
  if (!any) return;
  size_t i = 0;
  std::erase_if(fields, [&](const auto&) { return dropped[i++]; });
}

bool equal_objects(const Object& left, const Object& right) {
  if (left.size() != right.size()) return false;
  std::unordered_map<std::string_view, const Value*> by_key;
  by_key.reserve(right.size());
  for (const auto& [key, value] : right) by_key.emplace(key, &value);
  return std::all_of(left.begin(), left.end(), [&](const auto& field) {
    const auto found = by_key.find(field.first);
    return found != by_key.end() && field.second == *found->second;
  });
}

}  // namespace

Value Value::boolean(bool v) {
  return Value(Data(v));
}

Value Value::number(Number v) {
  return Value(Data(v));
}

Value Value::string(std::string v) {
  return Value(Data(std::make_shared<const std::string>(std::move(v))));
}

Value Value::array(Array v) {
  return Value(Data(std::make_shared<const Array>(std::move(v))));
}

Value Value::bytes(std::string v) {
  Bytes bytes{std::move(v), {}};
  bytes.numbers.reserve(bytes.text.size());
  for (const char c : bytes.text) bytes.numbers.push_back(number(int64_t{static_cast<uint8_t>(c)}));
  return Value(Data(std::make_shared<const Bytes>(std::move(bytes))));
}

Value Value::object(Object v) {
  merge_duplicates(v);
  return Value(Data(std::make_shared<const Object>(std::move(v))));
}

Value Value::function(const Function* f) {
  return Value(Data(f));
}

Value Value::capsule(Capsule c) {
  return Value(Data(std::move(c)));
}

Value Value::secret(SecretValue s) {
  return Value(Data(std::make_shared<const SecretValue>(std::move(s))));
}

Value Value::unknown(const Type* type) {
  return Value(Data(Unknown{type}));
}

Kind Value::kind() const {
  // In the order of Data's alternatives; a secret is a capsule to the language.
  static constexpr Kind kKinds[] = {Kind::null,    Kind::boolean, Kind::number,   Kind::string,
                                    Kind::array,   Kind::object,  Kind::function, Kind::capsule,
                                    Kind::capsule, Kind::array};
  static_assert(std::size(kKinds) + 1 == std::variant_size_v<Data>);
  if (const Unknown* unknown = as_unknown())
    return unknown->type == nullptr ? Kind::null : unknown->type->kind;
  return kKinds[data_.index()];
}

bool Value::has_unknown() const {
  if (is_unknown()) return true;
  if (const Array* elements = as_array())
    return std::any_of(elements->begin(), elements->end(),
                       [](const Value& element) { return element.has_unknown(); });
  if (const Object* fields = as_object())
    return std::any_of(fields->begin(), fields->end(),
                       [](const auto& field) { return field.second.has_unknown(); });
  return false;
}

const std::string* Value::as_string() const {
  const auto* p = std::get_if<std::shared_ptr<const std::string>>(&data_);
  return p == nullptr ? nullptr : p->get();
}

const Array* Value::as_array() const {
  if (const auto* bytes = std::get_if<std::shared_ptr<const Bytes>>(&data_))
    return &(*bytes)->numbers;
  const auto* p = std::get_if<std::shared_ptr<const Array>>(&data_);
  return p == nullptr ? nullptr : p->get();
}

const std::string* Value::as_bytes() const {
  const auto* p = std::get_if<std::shared_ptr<const Bytes>>(&data_);
  return p == nullptr ? nullptr : &(*p)->text;
}

const Object* Value::as_object() const {
  const auto* p = std::get_if<std::shared_ptr<const Object>>(&data_);
  return p == nullptr ? nullptr : p->get();
}

const Function* Value::as_function() const {
  const auto* p = std::get_if<const Function*>(&data_);
  return p == nullptr ? nullptr : *p;
}

const SecretValue* Value::as_secret() const {
  const auto* p = std::get_if<std::shared_ptr<const SecretValue>>(&data_);
  return p == nullptr ? nullptr : p->get();
}

const Value* Value::field(std::string_view name) const {
  const Object* fields = as_object();
  if (fields == nullptr) return nullptr;
  for (const auto& [key, value] : *fields)
    if (key == name) return &value;
  return nullptr;
}

bool Value::operator==(const Value& other) const {
  if (as_array() != nullptr && other.as_array() != nullptr)
    return as_array() == other.as_array() || *as_array() == *other.as_array();
  if (data_.index() != other.data_.index()) return false;
  if (is_null()) return true;
  if (as_bool() != nullptr) return *as_bool() == *other.as_bool();
  if (as_number() != nullptr) return compare(ast::Op::equal, *as_number(), *other.as_number());
  if (as_string() != nullptr) return *as_string() == *other.as_string();
  if (as_object() != nullptr)
    return as_object() == other.as_object() || equal_objects(*as_object(), *other.as_object());
  if (const SecretValue* secret = as_secret())
    return secret->text == other.as_secret()->text &&
           secret->is_secret == other.as_secret()->is_secret;
  if (const Capsule* capsule = as_capsule())
    return capsule->kind == other.as_capsule()->kind &&
           capsule->pointer == other.as_capsule()->pointer;
  return false;  // Functions and unknowns equal nothing.
}

}  // namespace river
