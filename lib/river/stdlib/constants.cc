#include <unistd.h>

#include <cstdlib>

#include "river/stdlib/functions.h"

namespace river::stdlib {

namespace {

// The names that Go gives to processors, which configs compare with.
constexpr std::string_view kArch =
#if defined(__x86_64__)
    "amd64";
#elif defined(__aarch64__)
    "arm64";
#elif defined(__arm__)
    "arm";
#elif defined(__i386__)
    "386";
#elif defined(__riscv)
    "riscv64";
#elif defined(__s390x__)
    "s390x";
#elif defined(__powerpc64__)
    "ppc64le";
#else
    "unknown";
#endif

std::string hostname() {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 ? name : "";
}

}  // namespace

Value constants() {
  return Value::object({{"hostname", Value::string(hostname())},
                        {"os", Value::string("linux")},
                        {"arch", Value::string(std::string(kArch))},
                        {"version", Value::string("v" TRIBUTARY_VERSION)}});
}

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

}  // namespace river::stdlib
