#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "river/schema/field.h"

namespace components::docker_api {

/// The URL of the daemon that a `host` attribute names: unix:///path, http://host:port,
/// https://host:port, or tcp://host:port, which is https with `tls` and http without.
base::Result<std::string> daemon_url(std::string_view host, bool tls);

/// Reports a `host` attribute that daemon_url() refuses.
void check_host(std::string_view host, river::schema::Scope& scope);

}  // namespace components::docker_api
