#include <cstdint>
#include <string_view>

#include "base/ensure.h"
#include "components/shared/kubernetes/connection.h"

/// Any text is a kubeconfig or an error that says why not.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view yaml(reinterpret_cast<const char*>(data), size);
  const auto context = components::kubernetes::parse_kubeconfig(yaml, "/folder");
  ENSURE(context || !context.error().message.empty());
  return 0;
}
