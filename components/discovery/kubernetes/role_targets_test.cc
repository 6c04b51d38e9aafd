#include "components/discovery/kubernetes/role_targets.h"

#include <doctest/doctest.h>

#include "components/shared/kubernetes/json.h"

namespace components::discovery::kubernetes {
namespace {

namespace api = components::kubernetes;

template <class T>
std::shared_ptr<const T> parsed(std::string_view json) {
  auto object = std::make_shared<T>();
  api::JsonCursor in(json);
  const bool is_read = read(in, *object);
  REQUIRE_MESSAGE(is_read, in.problem());
  return object;
}

/// What the table below refers to.
class Cluster final : public Related {
 public:
  std::shared_ptr<const api::Pod> pod_of_table;
  std::shared_ptr<const api::Service> service_of_table;
  std::shared_ptr<const api::Node> node_of_table;
  std::shared_ptr<const api::Namespace> namespace_of_table;

  std::shared_ptr<const api::Pod> pod(const std::string& key) override {
    return pod_of_table && pod_of_table->meta.key() == key ? pod_of_table : nullptr;
  }
  std::shared_ptr<const api::Service> service(const std::string& key) override {
    return service_of_table && service_of_table->meta.key() == key ? service_of_table : nullptr;
  }
  std::shared_ptr<const api::Node> node(const std::string& name) override {
    return node_of_table && node_of_table->meta.name == name ? node_of_table : nullptr;
  }
  std::shared_ptr<const api::Namespace> namespace_(const std::string& name) override {
    return namespace_of_table && namespace_of_table->meta.name == name ? namespace_of_table
                                                                       : nullptr;
  }
};

/// The labels, without what all have in front, one a line; those in `left_out` are only counted.
std::string text(const Targets& targets) {
  std::string out;
  for (const auto& target : targets) {
    for (const auto& [name, value] : target) {
      std::string_view shown = name;
      if (shown.starts_with("__meta_kubernetes_")) shown.remove_prefix(18);
      out += (out.empty() || out.ends_with('\n') ? "" : " ") + std::string(shown) + "=" + value;
    }
    out += "\n";
  }
  return out;
}

/// The value of a label in each target.
std::vector<std::string> values(const Targets& targets, const std::string& name) {
  std::vector<std::string> out;
  for (const auto& target : targets) {
    const auto found = target.find(name.starts_with("__a") ? name : "__meta_kubernetes_" + name);
    out.push_back(found == target.end() ? "(none)" : found->second);
  }
  return out;
}

using Values = std::vector<std::string>;

constexpr const char* kPod = R"({"kind":"Pod","metadata":{"name":"p","namespace":"n","uid":"u1",
 "resourceVersion":"7","managedFields":[{"fieldsV1":{"f:a":{}}}],
 "labels":{"app.x/y":"web"},"annotations":{"note":"ümlaut"},
 "ownerReferences":[{"kind":"Other","name":"o"},
                    {"kind":"ReplicaSet","name":"rs","controller":true}]},
 "spec":{"nodeName":"node1","containers":[
   {"name":"c","image":"i:1","ports":[{"name":"http","containerPort":80,"protocol":"TCP"},
                                      {"containerPort":53,"protocol":"UDP"}]},
   {"name":"d","image":"i:2"}],
  "initContainers":[{"name":"c0","image":"i:0"}]},
 "status":{"phase":"Running","podIP":"10.1.0.1","hostIP":"10.0.0.1",
  "conditions":[{"type":"Ready","status":"True"}],
  "containerStatuses":[{"name":"c","containerID":"containerd://aa"},{"name":"d"}],
  "initContainerStatuses":[{"name":"c0","containerID":"containerd://00"}]}})";

}  // namespace

TEST_CASE("discovery.kubernetes: a pod has a target for each port of each container") {
  Cluster cluster;
  const auto targets = targets_of(*parsed<api::Pod>(kPod), false, cluster);
  const std::string pod =
      "pod_annotation_note=ümlaut pod_annotationpresent_note=true pod_container_id={} "
      "pod_container_image={} pod_container_init={} pod_container_name={} {}"
      "pod_controller_kind=ReplicaSet pod_controller_name=rs pod_host_ip=10.0.0.1 pod_ip=10.1.0.1 "
      "pod_label_app_x_y=web pod_labelpresent_app_x_y=true pod_name=p pod_node_name=node1 "
      "pod_phase=Running pod_ready=true pod_uid=u1\n";
  const auto line = [&](const char* address, const char* id, const char* image, const char* init,
                        const char* name, const char* port) {
    return fmt::format("__address__={} namespace=n ", address) +
           fmt::format(fmt::runtime(pod), id, image, init, name, port);
  };
  CHECK(text(targets) == line("10.1.0.1:80", "containerd://aa", "i:1", "false", "c",
                              "pod_container_port_name=http pod_container_port_number=80 "
                              "pod_container_port_protocol=TCP ") +
                             line("10.1.0.1:53", "containerd://aa", "i:1", "false", "c",
                                  "pod_container_port_name= pod_container_port_number=53 "
                                  "pod_container_port_protocol=UDP ") +
                             line("10.1.0.1", "", "i:2", "false", "d", "") +
                             line("10.1.0.1", "containerd://00", "i:0", "true", "c0", ""));
}

TEST_CASE("discovery.kubernetes: addresses of pods") {
  Cluster cluster;
  const auto address = [&](const std::string& ip, const std::string& ports) {
    return values(targets_of(*parsed<api::Pod>(R"({"spec":{"containers":[{"name":"c","ports":)" +
                                               ports + R"(}]},"status":{"podIP":")" + ip + "\"}}"),
                             false, cluster),
                  "__address__");
  };
  CHECK(address("fd00::1", "null") == Values{"fd00::1"});
  CHECK(address("fd00::1", R"([{"containerPort":1}])") == Values{"[fd00::1]:1"});
  CHECK(address("", "[]") == Values{});
  CHECK(address("10.0.0.1", "[]") == Values{"10.0.0.1"});
}

TEST_CASE("discovery.kubernetes: attached metadata, and without its node a pod is no target") {
  Cluster cluster;
  const auto pod = parsed<api::Pod>(kPod);
  CHECK(targets_of(*pod, true, cluster).empty());
  cluster.node_of_table =
      parsed<api::Node>(R"({"metadata":{"name":"node1","labels":{"zone":"a"}}})");
  cluster.namespace_of_table =
      parsed<api::Namespace>(R"({"metadata":{"name":"n","annotations":{"team":"t"}}})");
  const auto targets = targets_of(*pod, true, cluster);
  REQUIRE(targets.size() == 4);
  CHECK(values(targets, "node_label_zone")[3] == "a");
  CHECK(values(targets, "node_labelpresent_zone")[3] == "true");
  CHECK(values(targets, "node_name")[3] == "node1");
  CHECK(values(targets, "namespace_annotation_team")[3] == "t");
}

TEST_CASE("discovery.kubernetes: nodes") {
  CHECK(text(targets_of(*parsed<api::Node>(
            R"({"metadata":{"name":"a","labels":{"x":"1","x-":"2"}},"spec":{"providerID":"p://1"},
                "status":{"conditions":[{"type":"DiskPressure","status":"False"}],
                          "addresses":[{"type":"Hostname","address":"h"},
                                       {"type":"InternalIP","address":"fd00::1"},
                                       {"type":"InternalIP","address":"10.0.0.2"}],
                          "daemonEndpoints":{"kubeletEndpoint":{"Port":10250}}}})"))) ==
        "__address__=[fd00::1]:10250 node_address_Hostname=h node_address_InternalIP=fd00::1 "
        "node_condition_diskpressure=false node_label_x=1 node_label_x_=2 node_labelpresent_x=true "
        "node_labelpresent_x_=true node_name=a node_provider_id=p://1 instance=a\n");
  CHECK(targets_of(*parsed<api::Node>(R"({"metadata":{"name":"a"}})")).empty());
}

TEST_CASE("discovery.kubernetes: services") {
  Cluster cluster;
  const auto of = [&](const std::string& spec) {
    return text(targets_of(
        *parsed<api::Service>(R"({"metadata":{"name":"s","namespace":"n"},"spec":)" + spec + "}"),
        cluster));
  };
  CHECK(of(R"({"type":"ClusterIP","clusterIP":"None","ports":[{"port":80,"protocol":"TCP"}]})") ==
        "__address__=s.n.svc:80 namespace=n service_cluster_ip=None service_name=s "
        "service_port_name= service_port_number=80 service_port_protocol=TCP "
        "service_type=ClusterIP\n");
  CHECK(of(R"({"type":"ExternalName","externalName":"e","ports":[{"name":"p","port":1}]})") ==
        "__address__=s.n.svc:1 namespace=n service_external_name=e service_name=s "
        "service_port_name=p service_port_number=1 service_port_protocol=TCP "
        "service_type=ExternalName\n");
  CHECK(of(R"({"type":"LoadBalancer","clusterIP":"1.1.1.1","loadBalancerIP":"2.2.2.2",
               "ports":[{"port":1}]})")
            .find("service_loadbalancer_ip=2.2.2.2") != std::string::npos);
  CHECK(of(R"({"type":"ClusterIP"})").empty());
}

TEST_CASE("discovery.kubernetes: endpoints, their pods, and ports that no endpoint covers") {
  Cluster cluster;
  cluster.service_of_table =
      parsed<api::Service>(R"({"metadata":{"name":"e","namespace":"n","labels":{"a":"b"}}})");
  const auto endpoints = parsed<api::Endpoints>(
      R"({"metadata":{"name":"e","namespace":"n"},"subsets":[{"ports":[{"name":"http","port":80}],
          "addresses":[{"ip":"10.1.0.1","nodeName":"node1",
                        "targetRef":{"kind":"Pod","name":"p","namespace":"n"}}],
          "notReadyAddresses":[{"ip":"10.1.0.2","hostname":"h"}]}]})");
  // Before the pod is known, and when it is.
  CHECK(values(targets_of(*endpoints, cluster), "pod_name") == Values{"(none)", "(none)"});
  cluster.pod_of_table = parsed<api::Pod>(kPod);
  const auto targets = targets_of(*endpoints, cluster);
  CHECK(values(targets, "__address__") == Values{"10.1.0.1:80", "10.1.0.2:80", "10.1.0.1:53"});
  CHECK(values(targets, "pod_name") == Values{"p", "(none)", "p"});
  CHECK(values(targets, "pod_container_port_name") == Values{"http", "(none)", ""});
  CHECK(values(targets, "pod_container_name") == Values{"c", "(none)", "c"});
  CHECK(values(targets, "endpoint_ready") == Values{"true", "false", "(none)"});
  CHECK(values(targets, "endpoint_hostname") == Values{"(none)", "h", "(none)"});
  CHECK(values(targets, "endpoint_node_name") == Values{"node1", "(none)", "(none)"});
  CHECK(values(targets, "endpoint_address_target_kind") == Values{"Pod", "(none)", "(none)"});
  CHECK(values(targets, "service_label_a") == Values{"b", "b", "b"});
  CHECK(values(targets, "endpoints_name") == Values{"e", "e", "e"});
}

TEST_CASE("discovery.kubernetes: endpoint slices, where what is null is absent") {
  Cluster cluster;
  const auto slice = [](const std::string& type) {
    return parsed<api::EndpointSlice>(
        R"({"metadata":{"name":"e-1","namespace":"n","labels":{"kubernetes.io/service-name":"e"}},
            "addressType":")" +
        type +
        R"(","endpoints":[{"addresses":["10.1.0.1"],"conditions":{"ready":false,"serving":null},
            "zone":"z","deprecatedTopology":{"a/b":"c"}}],
            "ports":[{"name":null,"port":80,"protocol":"TCP","appProtocol":"h2"},{"port":null}]})");
  };
  CHECK(text(targets_of(*slice("IPv4"), cluster)) ==
        "__address__=10.1.0.1:80 endpointslice_address_type=IPv4 "
        "endpointslice_endpoint_conditions_ready=false endpointslice_endpoint_topology_a_b=c "
        "endpointslice_endpoint_topology_present_a_b=true endpointslice_endpoint_zone=z "
        "endpointslice_label_kubernetes_io_service_name=e "
        "endpointslice_labelpresent_kubernetes_io_service_name=true endpointslice_name=e-1 "
        "endpointslice_port=80 endpointslice_port_app_protocol=h2 "
        "endpointslice_port_protocol=TCP namespace=n\n"
        "__address__=10.1.0.1 endpointslice_address_type=IPv4 "
        "endpointslice_endpoint_conditions_ready=false endpointslice_endpoint_topology_a_b=c "
        "endpointslice_endpoint_topology_present_a_b=true endpointslice_endpoint_zone=z "
        "endpointslice_label_kubernetes_io_service_name=e "
        "endpointslice_labelpresent_kubernetes_io_service_name=true endpointslice_name=e-1 "
        "namespace=n\n");
  cluster.service_of_table = parsed<api::Service>(
      R"({"metadata":{"name":"e","namespace":"n"},
          "spec":{"ipFamilyPolicy":"PreferDualStack","ipFamilies":["IPv6","IPv4"]}})");
  CHECK(targets_of(*slice("IPv4"), cluster).empty());
  CHECK(values(targets_of(*slice("IPv6"), cluster), "service_name") == Values{"e", "e"});
}

TEST_CASE("discovery.kubernetes: ingresses") {
  Cluster cluster;
  const auto targets =
      targets_of(*parsed<api::Ingress>(
                     R"({"metadata":{"name":"i","namespace":"n"},"spec":{"ingressClassName":"nginx",
              "tls":[{"hosts":["a.org","*.b.org"]}],
              "rules":[{"host":"a.org","http":{"paths":[{"path":"/x"},{}]}},{"host":"c.b.org"},
                       {"host":"d.c.b.org"},{"http":{"paths":[{"path":"/y"}]}}]}})"),
                 cluster);
  CHECK(values(targets, "__address__") == Values{"a.org", "a.org", "c.b.org", "d.c.b.org", ""});
  CHECK(values(targets, "ingress_path") == Values{"/x", "/", "/", "/", "/y"});
  CHECK(values(targets, "ingress_scheme") == Values{"https", "https", "https", "http", "http"});
  CHECK(values(targets, "ingress_class_name")[0] == "nginx");
}

}  // namespace components::discovery::kubernetes
