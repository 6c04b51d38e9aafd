#include <utility>

#include "base/base64.h"
#include "components/shared/kubernetes/connection.h"
#include "river/stdlib/yaml.h"

namespace components::kubernetes {
namespace {

using river::Value;

/// The text of a field; empty when it is not there.
std::string text_of(const Value& object, std::string_view name) {
  const Value* field = object.field(name);
  const std::string* text = field != nullptr ? field->as_string() : nullptr;
  return text != nullptr ? *text : std::string();
}

bool flag_of(const Value& object, std::string_view name) {
  const Value* field = object.field(name);
  const bool* flag = field != nullptr ? field->as_bool() : nullptr;
  return flag != nullptr && *flag;
}

/// The entry of `list` ("contexts") by that name, what it holds under `kind` ("context").
base::Result<Value> named(const Value& config, std::string_view list, std::string_view kind,
                          const std::string& name) {
  const Value* entries = config.field(list);
  if (entries != nullptr && entries->as_array() != nullptr) {
    for (const Value& entry : *entries->as_array()) {
      if (text_of(entry, "name") != name) continue;
      const Value* found = entry.field(kind);
      return found != nullptr ? *found : Value::object({});
    }
  }
  return base::fail("there is no {} \"{}\"", kind, name);
}

std::string path_in(const std::filesystem::path& folder, const std::string& path) {
  return path.empty() ? path : (folder / path).string();
}

/// Data wins over a file, as in Go's client.
base::Result<void> take_data(const Value& from, const std::string& name,
                             const std::filesystem::path& folder, std::string& file,
                             std::string& data) {
  const std::string encoded = text_of(from, name + "-data");
  if (encoded.empty()) {
    file = path_in(folder, text_of(from, name));
    return {};
  }
  auto decoded = base::base64_decode(encoded);
  if (!decoded) return base::in_context(name + "-data", decoded.error());
  data = std::move(*decoded);
  return {};
}

base::Result<void> take_cluster(const Value& cluster, const std::filesystem::path& folder,
                                ClientArguments& client) {
  client.api_server.text = text_of(cluster, "server");
  if (client.api_server.text.empty()) return base::fail("the cluster has no server");
  TlsConfigArguments& tls = client.http_client.tls_config;
  tls.insecure_skip_verify = flag_of(cluster, "insecure-skip-tls-verify");
  tls.server_name = text_of(cluster, "tls-server-name");
  client.http_client.proxy.proxy_url.text = text_of(cluster, "proxy-url");
  return take_data(cluster, "certificate-authority", folder, tls.ca_file, tls.ca_pem);
}

base::Result<void> take_user(const Value& user, const std::filesystem::path& folder,
                             ClientArguments& client) {
  for (const std::string_view name : {"exec", "auth-provider", "as", "as-uid", "as-groups"})
    if (user.field(name) != nullptr)
      return base::fail(
          "the user logs in by \"{}\", which is not supported: give the agent a token, a "
          "certificate or a service account",
          name);
  HttpClientArguments& http = client.http_client;
  TlsConfigArguments& tls = http.tls_config;
  if (auto taken = take_data(user, "client-certificate", folder, tls.cert_file, tls.cert_pem);
      !taken)
    return taken;
  std::string key;
  if (auto taken = take_data(user, "client-key", folder, tls.key_file, key); !taken) return taken;
  tls.key_pem = base::Secret(std::move(key));
  http.bearer_token_file = path_in(folder, text_of(user, "tokenFile"));
  if (http.bearer_token_file.empty()) http.bearer_token = base::Secret(text_of(user, "token"));
  if (const std::string name = text_of(user, "username"); !name.empty())
    http.basic_auth = {name, base::Secret(text_of(user, "password")), ""};
  return {};
}

}  // namespace

base::Result<KubeconfigContext> parse_kubeconfig(std::string_view yaml,
                                                 const std::filesystem::path& folder) {
  const auto config = river::stdlib::read_yaml(yaml);
  if (!config) return tl::unexpected(config.error());
  const std::string current = text_of(*config, "current-context");
  if (current.empty()) return base::fail("there is no current-context");
  const auto context = named(*config, "contexts", "context", current);
  if (!context) return tl::unexpected(context.error());
  const auto cluster = named(*config, "clusters", "cluster", text_of(*context, "cluster"));
  if (!cluster) return tl::unexpected(cluster.error());
  KubeconfigContext found;
  found.namespace_ = text_of(*context, "namespace");
  if (auto taken = take_cluster(*cluster, folder, found.client); !taken)
    return tl::unexpected(taken.error());
  const std::string user_name = text_of(*context, "user");
  if (user_name.empty()) return found;
  const auto user = named(*config, "users", "user", user_name);
  if (!user) return tl::unexpected(user.error());
  if (auto taken = take_user(*user, folder, found.client); !taken)
    return tl::unexpected(taken.error());
  return found;
}

}  // namespace components::kubernetes
