#include <algorithm>

#include "river/number.h"
#include "river/operands.h"
#include "river/stdlib/functions.h"
#include "river/stdlib/json.h"

namespace river::stdlib {

namespace {

bool is_nothing(const Value& value) {
  if (value.is_null()) return true;
  if (const bool* boolean = value.as_bool()) return !*boolean;
  if (const Number* number = value.as_number()) return is_zero(*number);
  if (const std::string* string = value.as_string()) return string->empty();
  if (const Array* elements = value.as_array()) return elements->empty();
  if (const Object* fields = value.as_object()) return fields->empty();
  if (const SecretValue* secret = value.as_secret())
    return secret->text.empty() && !(secret->optional && secret->is_secret);
  return false;
}

// What a choice among these values is, as far as it is certain.
const Type* common_type(std::span<const Value> values) {
  for (const Type* type : {&kStringType, &kNumberType, &kBoolType}) {
    const auto fits = [&](const Value& v) { return !is_any_unknown(v) && v.kind() == type->kind; };
    if (std::all_of(values.begin(), values.end(), fits)) return type;
  }
  return &kAnyType;
}

Answer coalesce(const Arguments& args) {
  for (size_t i = 0; i < args.size(); ++i) {
    if (args[i].is_unknown()) return Value::unknown(common_type(std::span(args).subspan(i)));
    if (!is_nothing(args[i])) return args[i];
  }
  return args.empty() ? Value() : args.back();
}

Answer json_path(const Arguments& args) {
  const auto document = read_json(text(args[0]), JsonNumbers::keep_integers);
  if (!document) return base::in_context("json", document.error());
  return json_path_select(*document, text(args[1]));
}

constexpr Function kPlainFunctions[] = {{.name = "coalesce",
                                         .arity_max = -1,
                                         .parameters = kTakesAny,
                                         .call = coalesce,
                                         .takes_unknown = true},
                                        {.name = "json_path",
                                         .arity_min = 2,
                                         .arity_max = 2,
                                         .parameters = kTakesString,
                                         .result = &kArrayType,
                                         .call = json_path}};

}  // namespace

std::span<const Function> plain_functions() {
  return kPlainFunctions;
}

namespace {

Answer nonsensitive(const Arguments& args) {
  if (const SecretValue* secret = args[0].as_secret()) return Value::string(secret->text.reveal());
  return args[0];
}

constexpr const Type* kTakesSecret[] = {&kSecretType};
constexpr Function kConvertFunctions[] = {{.name = "convert.nonsensitive",
                                           .arity_min = 1,
                                           .arity_max = 1,
                                           .parameters = kTakesSecret,
                                           .result = &kStringType,
                                           .call = nonsensitive}};

}  // namespace

std::span<const Function> convert_functions() {
  return kConvertFunctions;
}

}  // namespace river::stdlib
