#include "components/shared/kubernetes/json.h"

namespace components::kubernetes {
namespace {

bool read_target(JsonCursor& in, Endpoint& out) {
  return read_fields(in, [&](std::string_view field) {
    if (field == "kind") return read_text(in, out.target_kind);
    if (field == "name") return read_text(in, out.target_name);
    if (field == "namespace") return read_text(in, out.target_namespace);
    return in.skip_value();
  });
}

bool read_port(JsonCursor& in, EndpointPort& out) {
  return read_fields(in, [&](std::string_view field) {
    if (field == "name") return read_text(in, out.name);
    if (field == "port") return read_number(in, out.number);
    if (field == "protocol") return read_text(in, out.protocol);
    if (field == "appProtocol") return read_text(in, out.app_protocol);
    return in.skip_value();
  });
}

bool read_address(JsonCursor& in, Endpoint& out) {
  return read_fields(in, [&](std::string_view field) {
    if (field == "ip") return read_text(in, out.addresses.emplace_back());
    if (field == "hostname") return read_text(in, out.hostname);
    if (field == "nodeName") return read_text(in, out.node_name);
    if (field == "targetRef") return read_target(in, out);
    return in.skip_value();
  });
}

bool read_addresses(JsonCursor& in, std::vector<Endpoint>& out) {
  return read_elements(in, [&] { return read_address(in, out.emplace_back()); });
}

bool read_ports(JsonCursor& in, std::vector<EndpointPort>& out) {
  return read_elements(in, [&] { return read_port(in, out.emplace_back()); });
}

bool read_subset(JsonCursor& in, EndpointSubset& out) {
  return read_fields(in, [&](std::string_view field) {
    if (field == "addresses") return read_addresses(in, out.ready);
    if (field == "notReadyAddresses") return read_addresses(in, out.not_ready);
    if (field == "ports") return read_ports(in, out.ports);
    return in.skip_value();
  });
}

bool read_conditions(JsonCursor& in, Endpoint& out) {
  return read_fields(in, [&](std::string_view field) {
    if (field == "ready") return read_flag(in, out.ready);
    if (field == "serving") return read_flag(in, out.serving);
    if (field == "terminating") return read_flag(in, out.terminating);
    return in.skip_value();
  });
}

bool read_endpoint(JsonCursor& in, Endpoint& out) {
  return read_fields(in, [&](std::string_view field) {
    if (field == "addresses")
      return read_elements(in, [&] { return read_text(in, out.addresses.emplace_back()); });
    if (field == "conditions") return read_conditions(in, out);
    if (field == "hostname") return read_text(in, out.hostname);
    if (field == "nodeName") return read_text(in, out.node_name);
    if (field == "zone") return read_text(in, out.zone);
    if (field == "targetRef") return read_target(in, out);
    if (field == "deprecatedTopology") return read_pairs(in, out.topology);
    return in.skip_value();
  });
}

}  // namespace

bool read(JsonCursor& in, Endpoints& out) {
  return read_fields(in, [&](std::string_view field) {
    if (field == "metadata") return read(in, out.meta);
    if (field == "subsets")
      return read_elements(in, [&] { return read_subset(in, out.subsets.emplace_back()); });
    return in.skip_value();
  });
}

bool read(JsonCursor& in, EndpointSlice& out) {
  return read_fields(in, [&](std::string_view field) {
    if (field == "metadata") return read(in, out.meta);
    if (field == "addressType") return read_text(in, out.address_type);
    if (field == "endpoints")
      return read_elements(in, [&] { return read_endpoint(in, out.endpoints.emplace_back()); });
    if (field == "ports") return read_ports(in, out.ports);
    return in.skip_value();
  });
}

}  // namespace components::kubernetes
