#pragma once
#include <string_view>

#include "river/schema/field.h"

namespace components::docker_api {

/// Reports a `host` attribute that is not the address of a Docker daemon: unix:///path,
/// tcp://host:port, http://host:port or https://host:port.
void check_host(std::string_view host, river::schema::Scope& scope);

}  // namespace components::docker_api
