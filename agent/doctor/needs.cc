#include "agent/doctor/needs.h"

#include <algorithm>
#include <map>

#include "components/discovery/docker/signature.h"
#include "components/loki/source_docker/signature.h"
#include "components/loki/source_journal/signature.h"
#include "components/loki/write/signature.h"
#include "river/schema/decode.h"

namespace agent::doctor {
namespace {

namespace loki = components::loki;

void add_docker(const std::string& component, const std::string& host,
                const components::HttpClientArguments& http_client, Needs& needs) {
  const bool known = std::any_of(needs.dockers.begin(), needs.dockers.end(),
                                 [&](const ServerNeed& need) { return need.url == host; });
  if (!known && !host.empty()) needs.dockers.push_back({component, host, http_client});
}

void add(const river::config::Node& node, const void* decoded, Needs& needs) {
  const std::string_view name = node.signature->name;
  if (node.signature->claims != nullptr)
    for (const river::schema::Claim& claim : node.signature->claims(decoded))
      if (!claim.address.text.empty())
        needs.listeners.push_back({node.id, std::string(claim.protocol), claim.address.text});
  if (name == loki::write::kSignature.name) {
    for (const auto& endpoint : static_cast<const loki::write::Arguments*>(decoded)->endpoint)
      if (!endpoint.url.text.empty())
        needs.backends.push_back({node.id, endpoint.url.text, endpoint.http});
  } else if (name == components::discovery::docker::kSignature.name) {
    const auto& docker = *static_cast<const components::discovery::docker::Arguments*>(decoded);
    add_docker(node.id, docker.host, docker.http_client, needs);
  } else if (name == loki::source_docker::kSignature.name) {
    const auto& docker = *static_cast<const loki::source_docker::Arguments*>(decoded);
    add_docker(node.id, docker.host, docker.http_client_config, needs);
  } else if (name == loki::source_journal::kSignature.name) {
    const auto& path = static_cast<const loki::source_journal::Arguments*>(decoded)->path;
    if (std::find(needs.journals.begin(), needs.journals.end(), path) == needs.journals.end())
      needs.journals.push_back(path);
  } else if (name == "loki.source.file" || name == "local.file_match") {
    needs.watches_files = true;
  }
}

}  // namespace

Needs needs_of(const Configuration& configuration, river::diag::Diagnostics& diagnostics) {
  const river::config::Program& program = configuration.program;
  std::map<std::string_view, river::Value> unknown;
  for (const auto& node : program.nodes)
    unknown.emplace(node->id, river::schema::unknown_exports(*node->signature));
  Needs needs;
  for (const auto& node : program.nodes) {
    const auto decoded = river::config::decode(
        program, *node, [&](std::string_view id) { return &unknown.at(id); }, diagnostics);
    if (decoded) add(*node, decoded.get(), needs);
  }
  return needs;
}

}  // namespace agent::doctor
