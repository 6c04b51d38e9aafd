#include <cstdlib>

#include "river/stdlib/functions.h"

namespace river::standard {

namespace {

Answer env(const Arguments& args) {
  const char* value = std::getenv(text(args[0]).c_str());
  return Value::string(value != nullptr ? value : "");
}

constexpr Function kSysFunctions[] = {{.name = "sys.env",
                                       .arity_min = 1,
                                       .arity_max = 1,
                                       .parameters = kTakesString,
                                       .result = &kStringType,
                                       .call = env,
                                       .pure = false}};

}  // namespace

std::span<const Function> sys_functions() {
  return kSysFunctions;
}

}  // namespace river::standard
