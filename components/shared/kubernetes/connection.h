#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "components/shared/http_client/settings.h"
#include "components/shared/kubernetes/signature.h"
#include "io/http/url.h"

namespace components::kubernetes {

/// Where the API server is and how to log in to it. Files with tokens and certificates are read
/// again by whoever uses it (HttpSettings), so a rotated one needs nothing here.
struct Connection {
  io::http::Url server;
  std::shared_ptr<HttpSettings> http;
  std::string namespace_;  ///< of the pod or of the kubeconfig's context; empty: not known
  /// Equal for connections that are the same; holds no secret.
  std::string identity;
};

/// The connection that the arguments describe; reads the kubeconfig, or finds the service account.
base::Result<Connection> connection_of(const ClientArguments& arguments);

/// What a pod finds in its file system and environment.
struct PodEnvironment {
  std::filesystem::path service_account = "/var/run/secrets/kubernetes.io/serviceaccount";
  std::string host;  ///< KUBERNETES_SERVICE_HOST
  std::string port;  ///< KUBERNETES_SERVICE_PORT

  static PodEnvironment of_process();
};
base::Result<ClientArguments> in_cluster(const PodEnvironment& environment);
/// The namespace of the service account.
base::Result<std::string> own_namespace(const PodEnvironment& environment);

/// What a kubeconfig's current context says, and its namespace.
struct KubeconfigContext {
  ClientArguments client;
  std::string namespace_;
};
/// Relative paths in the text are relative to `folder`. Fails for what is not supported (exec
/// plugins, impersonation), with its name. Pure.
base::Result<KubeconfigContext> parse_kubeconfig(std::string_view yaml,
                                                 const std::filesystem::path& folder);

}  // namespace components::kubernetes
