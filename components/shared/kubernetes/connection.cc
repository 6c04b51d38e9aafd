#include "components/shared/kubernetes/connection.h"

#include <cstdlib>
#include <utility>

#include "base/digest.h"
#include "base/files.h"
#include "base/text.h"
#include "river/schema/decode.h"

namespace components::kubernetes {
namespace {

constexpr size_t kNamespaceBytesMax = 4096;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

/// All settings as text, secrets among them: only for a digest.
void append_revealed(const river::Value& value, std::string& out) {
  if (const auto* secret = value.as_secret()) {
    out += secret->text.reveal();
  } else if (const auto* fields = value.as_object()) {
    for (const auto& [name, field] : *fields) {
      out += name + "=";
      append_revealed(field, out);
    }
  } else if (const auto* elements = value.as_array()) {
    for (const river::Value& element : *elements) append_revealed(element, out);
  } else {
    out += river::to_text(value);
  }
  out += '\0';
}

std::string identity_of(const ClientArguments& client) {
  std::string text;
  append_revealed(river::schema::encode(kClient, &client), text);
  return base::sha256_hex(text);
}

}  // namespace

PodEnvironment PodEnvironment::of_process() {
  PodEnvironment found;
  found.host = environment("KUBERNETES_SERVICE_HOST");
  found.port = environment("KUBERNETES_SERVICE_PORT");
  return found;
}

base::Result<ClientArguments> in_cluster(const PodEnvironment& environment) {
  if (environment.host.empty() || environment.port.empty())
    return base::fail(
        "not in a cluster: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set; "
        "outside "
        "one set api_server or kubeconfig_file");
  const bool is_ipv6 = environment.host.find(':') != std::string::npos;
  ClientArguments client;
  const std::string host = is_ipv6 ? "[" + environment.host + "]" : environment.host;
  client.api_server.text = fmt::format("https://{}:{}", host, environment.port);
  client.http_client.bearer_token_file = environment.service_account / "token";
  client.http_client.tls_config.ca_file = environment.service_account / "ca.crt";
  return client;
}

base::Result<std::string> own_namespace(const PodEnvironment& environment) {
  const auto file = environment.service_account / "namespace";
  auto text = base::read_regular_file(file, kNamespaceBytesMax);
  if (!text) return base::in_context("own_namespace: not in a cluster", text.error());
  std::string name(base::trimmed(*text));
  if (name.empty()) return base::fail("own_namespace: {} is empty", file.string());
  return name;
}

base::Result<Connection> connection_of(const ClientArguments& arguments) {
  KubeconfigContext context{arguments, {}};
  if (!arguments.kubeconfig_file.empty()) {
    const std::filesystem::path file = arguments.kubeconfig_file;
    auto text = base::read_regular_file(file);
    if (!text) return base::in_context("kubeconfig_file", text.error());
    auto parsed = parse_kubeconfig(*text, file.parent_path());
    if (!parsed)
      return base::in_context("kubeconfig_file " + arguments.kubeconfig_file, parsed.error());
    context = std::move(*parsed);
  } else if (arguments.api_server.text.empty()) {
    const auto environment = PodEnvironment::of_process();
    auto client = in_cluster(environment);
    if (!client) return tl::unexpected(client.error());
    context.client = std::move(*client);
    if (auto name = own_namespace(environment)) context.namespace_ = std::move(*name);
  }
  auto server = io::http::parse_url(context.client.api_server.text);
  if (!server) return base::in_context("API server", server.error());
  while (server->target.ends_with('/')) server->target.pop_back();
  std::string identity = identity_of(context.client);
  return Connection{std::move(*server),
                    std::make_shared<HttpSettings>(std::move(context.client.http_client)),
                    std::move(context.namespace_), std::move(identity)};
}

}  // namespace components::kubernetes
