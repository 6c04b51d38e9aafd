#include "agent/doctor/needs.h"

#include <algorithm>
#include <any>
#include <map>

#include "river/schema/decode.h"

namespace agent::doctor {
namespace {

using river::config::Node;
using river::schema::HostNeed;

void add_docker(const Node& node, const HostNeed& need, Needs& needs) {
  const bool known = std::any_of(needs.dockers.begin(), needs.dockers.end(),
                                 [&](const ServerNeed& other) { return other.url == need.where; });
  if (!known)
    needs.dockers.push_back(
        {node.id, need.where, std::any_cast<components::HttpClientArguments>(need.client)});
}

void add_file(const Node& node, const std::string& path, Needs& needs) {
  const bool known = std::any_of(needs.files.begin(), needs.files.end(),
                                 [&](const FileNeed& other) { return other.path == path; });
  if (!known) needs.files.push_back({node.id, path});
}

void add(const Node& node, const HostNeed& need, Needs& needs) {
  switch (need.kind) {
    case HostNeed::Kind::backend:
      needs.backends.push_back(
          {node.id, need.where, std::any_cast<components::HttpClientArguments>(need.client)});
      return;
    case HostNeed::Kind::docker:
      return add_docker(node, need, needs);
    case HostNeed::Kind::journal:
      if (std::find(needs.journals.begin(), needs.journals.end(), need.where) ==
          needs.journals.end())
        needs.journals.push_back(need.where);
      return;
    case HostNeed::Kind::readable_file:
      return add_file(node, need.where, needs);
    case HostNeed::Kind::file_watches:
      needs.watches_files = true;
      return;
    case HostNeed::Kind::cluster_right:
      return;  // `cfgc kubernetes rbac` prints these; a host has no part in them.
  }
}

void add(const Node& node, const void* arguments, Needs& needs) {
  const river::schema::Signature& signature = *node.signature;
  if (signature.claims != nullptr)
    for (const river::schema::Claim& claim : signature.claims(arguments))
      if (!claim.address.text.empty())
        needs.listeners.push_back({node.id, std::string(claim.protocol), claim.address.text});
  if (signature.needs != nullptr)
    for (const HostNeed& need : signature.needs(arguments)) add(node, need, needs);
}

}  // namespace

Needs needs_of(const graph::Configuration& configuration, river::diag::Diagnostics& diagnostics) {
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
