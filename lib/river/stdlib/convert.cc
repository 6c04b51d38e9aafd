#include "river/stdlib/functions.h"

namespace river::standard {

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

}  // namespace river::standard
