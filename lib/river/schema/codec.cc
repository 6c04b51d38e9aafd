#include "river/schema/codec.h"

#include <algorithm>

#include "river/schema/decode.h"

namespace river::schema {

const Array* array_elements(const Value& value, const Type& wanted, DecodeContext& context,
                            Decoded& result) {
  if (!is_plain(value, wanted, context, result)) return nullptr;
  const Array* elements = value.as_array();
  if (!elements) result = context.mismatch(value, wanted);
  return elements;
}

const Object* object_fields(const Value& value, const Type& wanted, DecodeContext& context,
                            Decoded& result) {
  if (!is_plain(value, wanted, context, result)) return nullptr;
  const Object* fields = value.as_object();
  if (!fields) result = context.mismatch(value, wanted);
  return fields;
}

std::shared_ptr<void> capsule_pointer(const Value& value, const Type& wanted,
                                      DecodeContext& context, Decoded& result) {
  if (!is_plain(value, wanted, context, result)) return nullptr;
  const Capsule* capsule = value.as_capsule();
  if (capsule && capsule->kind == wanted.capsule) return capsule->pointer;
  result = context.mismatch(value, wanted);
  return nullptr;
}

int enum_index(const Value& value, const Type& wanted, DecodeContext& context, Decoded& result) {
  if (!is_plain(value, wanted, context, result)) return -1;
  std::string text;
  if (!text_of(value, wanted, context, text)) {
    result = Decoded::failed;
    return -1;
  }
  const auto found = std::find(wanted.names.begin(), wanted.names.end(), text);
  if (found != wanted.names.end()) return static_cast<int>(found - wanted.names.begin());
  std::string choices;
  for (const std::string_view name : wanted.names)
    if (!name.empty()) choices += fmt::format("{}\"{}\"", choices.empty() ? "" : ", ", name);
  const std::string_view near = diag::did_you_mean(text, wanted.names);
  result = context.reject(value, "C025", fmt::format("{} is not one of {}", quote(text), choices),
                          near.empty() ? "" : fmt::format("did you mean \"{}\"?", near));
  return -1;
}

}  // namespace river::schema
