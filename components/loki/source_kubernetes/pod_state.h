#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace components::loki::source_kubernetes {

/// A container of a pod, whichever start of it.
struct ContainerName {
  std::string namespace_;
  std::string pod;
  std::string container;
  std::string pod_uid;

  /// "namespace/pod:container", as the label `instance` has it.
  std::string text() const { return namespace_ + "/" + pod + ":" + container; }
  /// Tells it from all others, also from those of another pod with the name: text() and the uid.
  std::string key() const { return text() + ":" + pod_uid; }
};

/// What a pod says of one of its containers.
struct ContainerState {
  std::string pod_uid;
  bool is_pod_over = false;  ///< it succeeded or failed: nothing starts in it again
  std::string id;            ///< of the present or last container; empty: none was made yet
  bool is_running = false;
  int64_t started_ns = 0;   ///< when it started, in whole seconds; 0: not known
  std::string previous_id;  ///< of the one before it
};

/// Of a pod as the API gives it. A container that the pod does not have yet has no id. Fails for
/// what is not a pod. Pure.
base::Result<ContainerState> read_container_state(std::string_view pod_json,
                                                  std::string_view container);

/// What the API says when it refuses: the message of a Status, or the beginning of the text, as the
/// kubelet's own answers are plain.
std::string message_of(std::string_view body);

}  // namespace components::loki::source_kubernetes
