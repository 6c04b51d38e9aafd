#include "components/loki/source_kubernetes/pod_state.h"

#include <utility>

#include "base/rfc3339.h"
#include "base/text.h"
#include "components/shared/kubernetes/json.h"

namespace components::loki::source_kubernetes {

using kubernetes::JsonCursor;
using kubernetes::read_elements;
using kubernetes::read_fields;
using kubernetes::read_text;

namespace {

constexpr size_t kMessageBytesMax = 300;

/// {"running": {"startedAt": "..."}} or {"terminated": {"startedAt": "...", "containerID": "..."}}
struct State {
  bool is_running = false;
  int64_t started_ns = 0;
  std::string ended_id;
};

bool read_state(JsonCursor& in, State& out) {
  return read_fields(in, [&](std::string_view kind) {
    out.is_running = out.is_running || kind == "running";
    if (kind != "running" && kind != "terminated") return in.skip_value();
    return read_fields(in, [&](std::string_view field) {
      if (field == "containerID") return read_text(in, out.ended_id);
      if (field != "startedAt") return in.skip_value();
      std::string time;
      if (!read_text(in, time)) return false;
      out.started_ns = base::parse_rfc3339(time).value_or(0);
      return true;
    });
  });
}

bool read_container_status(JsonCursor& in, std::string_view container, ContainerState& out) {
  std::string name, id;
  State state, last_state;
  const bool is_read = read_fields(in, [&](std::string_view field) {
    if (field == "name") return read_text(in, name);
    if (field == "containerID") return read_text(in, id);
    if (field == "state") return read_state(in, state);
    if (field == "lastState") return read_state(in, last_state);
    return in.skip_value();
  });
  if (name == container) {
    out.id = std::move(id);
    out.is_running = state.is_running;
    out.started_ns = state.started_ns;
    out.previous_id = std::move(last_state.ended_id);
  }
  return is_read;
}

bool read_status(JsonCursor& in, std::string_view container, ContainerState& out) {
  return read_fields(in, [&](std::string_view field) {
    if (field == "phase") {
      std::string phase;
      if (!read_text(in, phase)) return false;
      out.is_pod_over = phase == "Succeeded" || phase == "Failed";
      return true;
    }
    if (field != "containerStatuses" && field != "initContainerStatuses") return in.skip_value();
    return read_elements(in, [&] { return read_container_status(in, container, out); });
  });
}

}  // namespace

base::Result<ContainerState> read_container_state(std::string_view pod_json,
                                                  std::string_view container) {
  ContainerState state;
  kubernetes::Meta meta;
  JsonCursor in(pod_json);
  const bool is_read = read_fields(in, [&](std::string_view field) {
    if (field == "metadata") return read(in, meta);
    return field == "status" ? read_status(in, container, state) : in.skip_value();
  });
  if (!is_read) return base::fail("the pod is malformed: {}", in.problem());
  state.pod_uid = std::move(meta.uid);
  return state;
}

std::string message_of(std::string_view body) {
  JsonCursor in(body);
  kubernetes::Status status;
  if (read(in, status) && !status.message.empty()) return status.message;
  return std::string(base::trimmed(body.substr(0, kMessageBytesMax)));
}

}  // namespace components::loki::source_kubernetes
