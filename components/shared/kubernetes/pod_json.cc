#include <algorithm>

#include "base/text.h"
#include "components/shared/kubernetes/json.h"

namespace components::kubernetes {
namespace {

bool read_container_port(JsonCursor& in, Port& out) {
  return read_fields(in, [&](std::string_view field) {
    if (field == "name") return read_text(in, out.name);
    if (field == "containerPort") return read_number(in, out.number);
    if (field == "protocol") return read_text(in, out.protocol);
    return in.skip_value();
  });
}

bool read_container(JsonCursor& in, Container& out) {
  return read_fields(in, [&](std::string_view field) {
    if (field == "name") return read_text(in, out.name);
    if (field == "image") return read_text(in, out.image);
    if (field == "ports")
      return read_elements(in, [&] { return read_container_port(in, out.ports.emplace_back()); });
    return in.skip_value();
  });
}

bool read_containers(JsonCursor& in, bool is_init, std::vector<Container>& out) {
  return read_elements(in, [&] {
    out.emplace_back().is_init = is_init;
    return read_container(in, out.back());
  });
}

bool read_spec(JsonCursor& in, Pod& out) {
  std::vector<Container> init;
  const bool is_read = read_fields(in, [&](std::string_view field) {
    if (field == "nodeName") return read_text(in, out.node_name);
    if (field == "containers") return read_containers(in, false, out.containers);
    if (field == "initContainers") return read_containers(in, true, init);
    return in.skip_value();
  });
  std::move(init.begin(), init.end(), std::back_inserter(out.containers));
  return is_read;
}

struct ContainerStatus {
  std::string name;
  std::string id;
  bool is_init = false;
};

bool read_statuses(JsonCursor& in, bool is_init, std::vector<ContainerStatus>& out) {
  return read_elements(in, [&] {
    ContainerStatus& status = out.emplace_back();
    status.is_init = is_init;
    return read_fields(in, [&](std::string_view field) {
      if (field == "name") return read_text(in, status.name);
      if (field == "containerID") return read_text(in, status.id);
      return in.skip_value();
    });
  });
}

bool read_condition(JsonCursor& in, Pod& out) {
  std::string type, status;
  const bool is_read = read_fields(in, [&](std::string_view field) {
    if (field == "type") return read_text(in, type);
    if (field == "status") return read_text(in, status);
    return in.skip_value();
  });
  if (type == "Ready") out.ready = base::to_lower(status);
  return is_read;
}

bool read_pod_status(JsonCursor& in, Pod& out, std::vector<ContainerStatus>& statuses) {
  return read_fields(in, [&](std::string_view field) {
    if (field == "phase") return read_text(in, out.phase);
    if (field == "podIP") return read_text(in, out.pod_ip);
    if (field == "hostIP") return read_text(in, out.host_ip);
    if (field == "conditions") return read_elements(in, [&] { return read_condition(in, out); });
    if (field == "containerStatuses") return read_statuses(in, false, statuses);
    if (field == "initContainerStatuses") return read_statuses(in, true, statuses);
    return in.skip_value();
  });
}

}  // namespace

bool read(JsonCursor& in, Pod& out) {
  std::vector<ContainerStatus> statuses;
  const bool is_read = read_fields(in, [&](std::string_view field) {
    if (field == "metadata") return read(in, out.meta);
    if (field == "spec") return read_spec(in, out);
    if (field == "status") return read_pod_status(in, out, statuses);
    return in.skip_value();
  });
  for (ContainerStatus& status : statuses)
    for (Container& container : out.containers)
      if (container.name == status.name && container.is_init == status.is_init)
        container.id = std::move(status.id);
  out.containers.shrink_to_fit();
  return is_read;
}

}  // namespace components::kubernetes
