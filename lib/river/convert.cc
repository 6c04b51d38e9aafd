#include "river/convert.h"

namespace river {

namespace {

using Converted = tl::expected<Value, Mismatch>;

Converted wrong_type(const Value& value, const Type& wanted) {
  return tl::unexpected(
      Mismatch{"R058",
               fmt::format("should be {}, got {}", kind_name(wanted.kind), kind_name(value.kind())),
               {}});
}

Converted unprintable_secret() {
  return tl::unexpected(Mismatch{"R060", "secrets may not be converted into strings", {}});
}

Converted unknown_to(const Value& value, const Type& wanted) {
  if (is_any_unknown(value)) return value;
  const Type& have = *value.as_unknown()->type;
  const bool optional = have.capsule == kOptionalSecretType.capsule;
  const bool textual =
      have.kind == Kind::string || have.kind == Kind::number || &have == &kBytesType;
  if (have.kind == wanted.kind && (have.kind != Kind::capsule || have.capsule == wanted.capsule))
    return value;
  if (wanted.kind == Kind::string && (textual || optional)) return Value::unknown(&kStringType);
  if (wanted.kind == Kind::string && have.capsule == kSecretType.capsule)
    return unprintable_secret();
  if (wanted.capsule == kSecretType.capsule && (have.kind == Kind::string || optional))
    return value;
  return wrong_type(value, wanted);
}

Converted to_string(const Value& value) {
  if (value.is_null()) return Value::string("");
  if (value.as_string() != nullptr) return value;
  if (const std::string* bytes = value.as_bytes()) return Value::string(*bytes);
  if (const Number* number = value.as_number()) return Value::string(number_to_text(*number));
  if (const SecretValue* secret = value.as_secret()) {
    if (secret->is_secret) return unprintable_secret();
    return Value::string(secret->text.reveal());
  }
  return wrong_type(value, kStringType);
}

Converted to_list(const Value& value, const Type& wanted) {
  if (wanted.element == nullptr)
    return value.as_array() ? Converted(value) : wrong_type(value, wanted);
  if (value.is_null()) return Value::array({});
  const Array* elements = value.as_array();
  if (elements == nullptr) return wrong_type(value, wanted);
  Array out;
  out.reserve(elements->size());
  for (size_t i = 0; i < elements->size(); ++i) {
    auto element = convert((*elements)[i], *wanted.element);
    if (!element) {
      element.error().path.insert(element.error().path.begin(), i);
      return element;
    }
    out.push_back(*std::move(element));
  }
  return Value::array(std::move(out));
}

Converted known_to(const Value& value, const Type& wanted) {
  switch (wanted.kind) {
    case Kind::string:
      return to_string(value);
    case Kind::array:
      return to_list(value, wanted);
    case Kind::boolean:
      if (value.is_null()) return Value::boolean(false);
      break;
    case Kind::capsule:
      // Functions that take secrets take plain text as well, and nothing as empty text.
      if (value.is_null()) return Value::string("");
      if (value.as_string() != nullptr || value.as_secret() != nullptr) return value;
      return wrong_type(value, wanted);
    default:
      break;
  }
  if (value.kind() == wanted.kind) return value;
  return wrong_type(value, wanted);
}

}  // namespace

tl::expected<Value, Mismatch> convert(const Value& value, const Type& wanted) {
  if (wanted.is_any) return value;
  return value.is_unknown() ? unknown_to(value, wanted) : known_to(value, wanted);
}

bool is_any_unknown(const Value& value) {
  const Unknown* unknown = value.as_unknown();
  return unknown != nullptr && (unknown->type == nullptr || unknown->type->is_any);
}

bool is_silent(const Value& value) {
  return value.is_unknown() && value.as_unknown()->type == nullptr;
}

bool is_secret_like(const Value& value) {
  if (value.as_secret() != nullptr) return true;
  if (is_any_unknown(value) || !value.is_unknown()) return false;
  const std::string_view capsule = value.as_unknown()->type->capsule;
  return capsule == kSecretType.capsule || capsule == kOptionalSecretType.capsule;
}

}  // namespace river
