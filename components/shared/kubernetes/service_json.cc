#include "components/shared/kubernetes/json.h"

namespace components::kubernetes {
namespace {

/// Two texts of an object as a pair: {"type": "InternalIP", "address": "10.0.0.1"}.
bool read_pair(JsonCursor& in, std::string_view name_field, std::string_view value_field,
               Pairs& out) {
  std::string name, value;
  const bool is_read = read_fields(in, [&](std::string_view field) {
    if (field == name_field) return read_text(in, name);
    if (field == value_field) return read_text(in, value);
    return in.skip_value();
  });
  out.add(name, value);
  return is_read;
}

bool read_endpoint_of_kubelet(JsonCursor& in, Node& out) {
  return read_fields(in, [&](std::string_view daemon) {
    if (daemon != "kubeletEndpoint") return in.skip_value();
    return read_fields(in, [&](std::string_view field) {
      return field == "Port" ? read_number(in, out.kubelet_port) : in.skip_value();
    });
  });
}

bool read_node_status(JsonCursor& in, Node& out) {
  return read_fields(in, [&](std::string_view field) {
    if (field == "addresses")
      return read_elements(in, [&] { return read_pair(in, "type", "address", out.addresses); });
    if (field == "conditions")
      return read_elements(in, [&] { return read_pair(in, "type", "status", out.conditions); });
    if (field == "daemonEndpoints") return read_endpoint_of_kubelet(in, out);
    return in.skip_value();
  });
}

bool read_service_port(JsonCursor& in, Port& out) {
  return read_fields(in, [&](std::string_view field) {
    if (field == "name") return read_text(in, out.name);
    if (field == "port") return read_number(in, out.number);
    if (field == "protocol") return read_text(in, out.protocol);
    return in.skip_value();
  });
}

bool read_service_spec(JsonCursor& in, Service& out) {
  return read_fields(in, [&](std::string_view field) {
    if (field == "type") return read_text(in, out.type);
    if (field == "clusterIP") return read_text(in, out.cluster_ip);
    if (field == "externalName") return read_text(in, out.external_name);
    if (field == "loadBalancerIP") return read_text(in, out.load_balancer_ip);
    if (field == "ipFamilyPolicy") return read_text(in, out.ip_family_policy);
    if (field == "ipFamilies")
      return read_elements(in, [&] {
        std::string family;
        if (!read_text(in, family)) return false;
        if (out.first_ip_family.empty()) out.first_ip_family = std::move(family);
        return true;
      });
    if (field == "ports")
      return read_elements(in, [&] { return read_service_port(in, out.ports.emplace_back()); });
    return in.skip_value();
  });
}

bool read_ingress_rule(JsonCursor& in, IngressRule& out) {
  const bool is_read = read_fields(in, [&](std::string_view field) {
    if (field == "host") return read_text(in, out.host);
    if (field != "http") return in.skip_value();
    return read_fields(in, [&](std::string_view inner) {
      if (inner != "paths") return in.skip_value();
      return read_elements(in, [&] {
        std::string& path = out.paths.emplace_back();
        return read_fields(in, [&](std::string_view name) {
          return name == "path" ? read_text(in, path) : in.skip_value();
        });
      });
    });
  });
  if (out.paths.empty()) out.paths.emplace_back();
  for (std::string& path : out.paths)
    if (path.empty()) path = "/";
  return is_read;
}

bool read_tls_hosts(JsonCursor& in, std::vector<std::string>& out) {
  return read_fields(in, [&](std::string_view field) {
    if (field != "hosts") return in.skip_value();
    return read_elements(in, [&] { return read_text(in, out.emplace_back()); });
  });
}

bool read_ingress_spec(JsonCursor& in, Ingress& out) {
  return read_fields(in, [&](std::string_view field) {
    if (field == "ingressClassName") return read_text(in, out.class_name);
    if (field == "tls") return read_elements(in, [&] { return read_tls_hosts(in, out.tls_hosts); });
    if (field == "rules")
      return read_elements(in, [&] { return read_ingress_rule(in, out.rules.emplace_back()); });
    return in.skip_value();
  });
}

}  // namespace

bool read(JsonCursor& in, Node& out) {
  return read_fields(in, [&](std::string_view field) {
    if (field == "metadata") return read(in, out.meta);
    if (field == "status") return read_node_status(in, out);
    if (field != "spec") return in.skip_value();
    return read_fields(in, [&](std::string_view inner) {
      return inner == "providerID" ? read_text(in, out.provider_id) : in.skip_value();
    });
  });
}

bool read(JsonCursor& in, Service& out) {
  return read_fields(in, [&](std::string_view field) {
    if (field == "metadata") return read(in, out.meta);
    return field == "spec" ? read_service_spec(in, out) : in.skip_value();
  });
}

bool read(JsonCursor& in, Ingress& out) {
  return read_fields(in, [&](std::string_view field) {
    if (field == "metadata") return read(in, out.meta);
    return field == "spec" ? read_ingress_spec(in, out) : in.skip_value();
  });
}

}  // namespace components::kubernetes
