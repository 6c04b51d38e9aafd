#pragma once
#include <string>
#include <vector>

#include "agent/graph/configuration.h"
#include "components/shared/http_client/signature.h"

namespace agent::doctor {

/// An address that something of the configuration listens on.
struct ListenNeed {
  std::string component;
  std::string protocol;  ///< "tcp" or "udp"
  std::string address;   ///< "host:port"
};

/// A server that the configuration speaks to; `url` may hold a password: show only its host.
struct ServerNeed {
  std::string component;
  std::string url;
  components::HttpClientArguments http_client;
};

/// What a configuration asks of its host.
struct Needs {
  std::vector<ListenNeed> listeners;
  std::vector<ServerNeed> backends;   ///< of loki.write
  std::vector<ServerNeed> dockers;    ///< each daemon once; the url is a `host` argument
  std::vector<std::string> journals;  ///< directories, each once; "" is this machine's
  bool watches_files = false;
};

/// Reads them from the decoded arguments. What depends on another component's exports is left out:
/// it is known only once the agent runs. Arguments that cannot be evaluated here are reported.
Needs needs_of(const Configuration& configuration, river::diag::Diagnostics& diagnostics);

}  // namespace agent::doctor
