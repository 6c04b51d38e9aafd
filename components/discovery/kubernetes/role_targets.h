#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "components/shared/kubernetes/objects.h"
#include "components/shared/kubernetes/targets.h"

namespace components::discovery::kubernetes {

using components::kubernetes::Labels;
using components::kubernetes::Targets;

/// Finds the objects that others refer to.
class Related {
 public:
  virtual ~Related() = default;
  /// Each is nullptr when there is none, or none is to be found.
  virtual std::shared_ptr<const components::kubernetes::Pod> pod(const std::string& key) = 0;
  virtual std::shared_ptr<const components::kubernetes::Service> service(
      const std::string& key) = 0;
  virtual std::shared_ptr<const components::kubernetes::Node> node(const std::string& name) = 0;
  virtual std::shared_ptr<const components::kubernetes::Namespace> namespace_(
      const std::string& name) = 0;
};

/// The targets of one object, as Prometheus makes them. Pure.
Targets targets_of(const components::kubernetes::Pod& pod, bool needs_node, Related& related);
/// None when the node has no address.
Targets targets_of(const components::kubernetes::Node& node);
Targets targets_of(const components::kubernetes::Service& service, Related& related);
Targets targets_of(const components::kubernetes::Endpoints& endpoints, Related& related);
Targets targets_of(const components::kubernetes::EndpointSlice& slice, Related& related);
Targets targets_of(const components::kubernetes::Ingress& ingress, Related& related);

/// The labels of the namespace, if they are to be attached. For the other functions here.
void attach_namespace(Labels& labels, const std::string& name, Related& related);
/// node_name and the labels of the node, if they are to be attached. Whether there is such a node.
bool attach_node(Labels& labels, const std::string& name, Related& related);

}  // namespace components::discovery::kubernetes
