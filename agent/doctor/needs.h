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

/// A server that the configuration uses; `url` may hold a password: show only its host.
struct ServerNeed {
  std::string component;
  std::string url;
  components::HttpClientArguments http_client;
};

/// A file that the agent's user must be able to read.
struct FileNeed {
  std::string component;
  std::string path;
};

/// What a configuration needs of its host and network.
struct Needs {
  std::vector<ListenNeed> listeners;
  std::vector<ServerNeed> backends;
  std::vector<ServerNeed> dockers;    ///< each daemon once
  std::vector<std::string> journals;  ///< directories, each once; "" is this machine's
  std::vector<FileNeed> files;        ///< each once
  bool watches_files = false;
};

/// Collects them from the signatures' hooks. What depends on another component's exports is left
/// out: it is known only once the agent runs. Arguments that cannot be evaluated here are reported.
Needs needs_of(const graph::Configuration& configuration, river::diag::Diagnostics& diagnostics);

}  // namespace agent::doctor
