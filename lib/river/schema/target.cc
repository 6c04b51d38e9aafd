#include "river/schema/target.h"

#include <algorithm>

#include "river/schema/codec.h"

namespace river::schema {
namespace {

/// Whether a value can be taken as it is.
bool is_target(const Value& value) {
  const Object* fields = value.as_object();
  if (fields == nullptr) return false;
  const auto is_text = [](const auto& field) { return field.second.as_string() != nullptr; };
  const auto by_name = [](const auto& a, const auto& b) { return a.first < b.first; };
  return std::ranges::all_of(*fields, is_text) && std::ranges::is_sorted(*fields, by_name);
}

}  // namespace

Target::Target(const Labels& labels) {
  static const Value empty = Value::object({});
  if (labels.empty()) {  // Lists are made of these, before each gets its labels.
    object_ = empty;
    return;
  }
  Object fields;
  fields.reserve(labels.size());
  for (const auto& [name, value] : labels) fields.emplace_back(name, Value::string(value));
  object_ = Value::object(std::move(fields));
}

Target::Iterator Target::find(std::string_view name) const {
  const Object& fields = *object_.as_object();
  const auto found = std::ranges::lower_bound(fields, name, {}, &Object::value_type::first);
  return Iterator(found != fields.end() && found->first == name ? found : fields.end());
}

Target::Labels Target::labels() const {
  Labels out;
  for (const auto& [name, value] : *this) out.emplace_hint(out.end(), name, value);
  return out;
}

Target Target::with(const std::string& name, std::string value) const {
  Labels changed = labels();
  changed[name] = std::move(value);
  return Target(changed);
}

bool Target::operator<(const Target& other) const {
  if (is_same(other)) return false;
  return std::lexicographical_compare(
      begin(), end(), other.begin(), other.end(), [](const auto& a, const auto& b) {
        return a.first != b.first ? a.first < b.first : a.second < b.second;
      });
}

constexpr Type Codec<Target>::type{
    .kind = Kind::object, .name = {}, .element = &Codec<std::string>::type};

Decoded Codec<Target>::decode(const Value& value, Target& out, DecodeContext& context) {
  if (is_target(value)) {
    out.object_ = value;
    return Decoded::ok;
  }
  Target::Labels labels;
  const Decoded result = Codec<Target::Labels>::decode(value, labels, context);
  out = Target(labels);
  return result;
}

}  // namespace river::schema
