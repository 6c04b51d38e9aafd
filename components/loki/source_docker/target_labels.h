#pragma once
#include <array>
#include <map>
#include <string>
#include <string_view>

#include "components/loki/source_docker/frame_reader.h"
#include "components/loki/source_docker/signature.h"
#include "components/shared/capsules.h"
#include "components/shared/trial.h"
#include "river/schema/codec.h"
#include "telemetry/labels.h"
#include "telemetry/relabel.h"

namespace components::loki::source_docker {

/// The labels of everything that one container writes: worked out once, not per line.
class TargetLabels {
 public:
  /// The target's labels, under them those of `labels` (which win), and for the rules also
  /// __meta_docker_container_log_stream ("stdout", "stderr") and, on lines that were cut,
  /// __meta_docker_line_truncated ("true"). Labels that start with "__" do not leave.
  TargetLabels(const river::schema::Target& target, const river::schema::LabelMap& labels,
               const RelabelRules& rules);

  /// Empty when the rules drop such lines or leave them without labels: no backend takes those.
  const telemetry::Labels& of(Stream stream, bool truncated) const {
    return sets_[static_cast<size_t>(stream) * 2 + (truncated ? 1 : 0)];
  }

 private:
  std::array<telemetry::Labels, 4> sets_;
};

/// What the component makes of a container's line, without a daemon; for `cfgc test`.
Receive receive(const Arguments& arguments);

/// The container that a target stands for; "" when it does not say. The text is the target's own.
std::string_view container_id(const river::schema::Target& target);

/// One target per container: of several (networks, ports) the first in order of their labels. The
/// ids and the targets are those of the list.
std::map<std::string_view, const river::schema::Target*> one_per_container(
    const river::schema::Targets& targets);

}  // namespace components::loki::source_docker
