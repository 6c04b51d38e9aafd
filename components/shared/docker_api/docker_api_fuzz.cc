#include <cstdint>
#include <string_view>

#include "base/ensure.h"
#include "components/shared/docker_api/containers.h"
#include "telemetry/text.h"

/// What the daemon may answer; the first byte chooses to what.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace components::docker_api;
  if (size == 0) return 0;
  const std::string_view json(reinterpret_cast<const char*>(data + 1), size - 1);
  switch (data[0] % 5) {
    case 0:
      (void)parse_containers(json);
      break;
    case 1:
      (void)parse_networks(json);
      break;
    case 2:
      (void)parse_container_state(json);
      break;
    case 3:
      (void)parse_event(json);
      break;
    default:
      ENSURE(error_message(json).size() <= json.size());
      for (const char c : label_part(json)) ENSURE(c == '_' || telemetry::is_utf8({&c, 1}));
  }
  return 0;
}
