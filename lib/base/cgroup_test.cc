#include "base/cgroup.h"

#include <doctest/doctest.h>

namespace base {

TEST_CASE("cgroups: container id and unit") {
  const std::string id(64, 'a');
  const std::string ecs = std::string(32, 'b') + "-1234567";
  struct Case {
    std::string text;
    std::string id, unit;
  };
  const Case cases[] = {
      {"0::/system.slice/docker-" + id + ".scope\n", id, "docker-" + id + ".scope"},
      {"12:memory:/docker/" + id + "\n0::/\n", id, ""},
      {"0::/kubepods.slice/cri-containerd-" + id + ".scope\n", id,
       "cri-containerd-" + id + ".scope"},
      {"0::/machine.slice/libpod-" + id + ".scope/container\n", id, "libpod-" + id + ".scope"},
      {"0::/ecs/" + ecs + "\n", ecs, ""},
      {"0::/system.slice/nginx.service\n", "", "nginx.service"},
      {"0::/user.slice/user-0.slice/session-1.scope\n", "", "session-1.scope"},
      {"0::/x/" + id + "/more/parts\n", "", ""},
      {"0::/x" + id + "\n", "", ""},
      {"0::/\n", "", ""},
      {"", "", ""},
      {"no colons", "", ""},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    CHECK(container_id(c.text) == c.id);
    CHECK(systemd_unit(c.text) == c.unit);
  }
}

}  // namespace base
