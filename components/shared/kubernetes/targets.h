#pragma once
#include <string>
#include <string_view>

#include "components/shared/kubernetes/objects.h"
#include "river/schema/target.h"

/// The __meta_kubernetes_ labels that objects give to targets, as Prometheus names them
/// (discovery/kubernetes of its source). Values that are absent in the object are empty here where
/// they are there, as rules may look for either.
namespace components::kubernetes {

using Labels = river::schema::Target::Labels;
using river::schema::Targets;

/// Sets __meta_kubernetes_NAME, an empty value as well: it says that the object has the field.
void set(Labels& labels, std::string_view name, std::string_view value);
/// Sets __meta_kubernetes_PREFIX_label_X, ..._labelpresent_X, and the same of annotations.
void add_pairs(Labels& labels, std::string_view prefix, const Meta& meta);
/// A name as it is part of a label's: what is not a letter, a digit or an underscore becomes one.
std::string sanitized(std::string_view name);

/// The pod's own labels: name, addresses, phase, node, controller, labels and annotations; not the
/// namespace.
void add_pod(Labels& labels, const Pod& pod);
/// Name, id, image and whether it is one of init.
void add_container(Labels& labels, const Container& container);
/// Name, number and protocol of a container's port.
void add_port(Labels& labels, const Port& port);

/// An address with its port: "10.0.0.1:80", "[::1]:80".
std::string address(std::string_view ip, std::string_view port);

/// What the role `pod` makes: one target for each port of each container, or for a container
/// without ports; none while the pod has no address. All of them get `attached`, too. A pod that
/// has ended keeps its address and so stays a target: what it wrote may not be read yet. Containers
/// for debugging (ephemeral ones) are left out.
Targets pod_targets(const Pod& pod, const Labels& attached);

}  // namespace components::kubernetes
