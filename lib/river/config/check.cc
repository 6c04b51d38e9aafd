#include <algorithm>
#include <set>

#include "river/config/steps.h"
#include "river/schema/decode.h"

namespace river::config {

namespace {

bool decode_into(const Node& node, void* arguments, const Scope& scope,
                 diag::Diagnostics& diagnostics) {
  return schema::decode_body(node.block->body, node.block->header_span(), node.signature->arguments,
                             arguments, scope, diagnostics);
}

bool is_receiver(const schema::Field& field) {
  return field.type->kind == Kind::capsule && field.name == "receiver";
}

/// A component that only takes in what others send is of no use alone.
void report_unused(const Program& program, diag::Diagnostics& diagnostics) {
  std::set<const Node*> used;
  for (const auto& node : program.nodes)
    used.insert(node->dependencies.begin(), node->dependencies.end());
  for (const auto& node : program.nodes)
    for (const schema::Field& field : node->signature->exports)
      if (is_receiver(field) && !used.contains(node.get()))
        diagnostics.warning("R093", node->block->header_span(), "nothing sends to {}", node->id)
            .with_help(fmt::format("refer to it: forward_to = [{}.receiver]", node->id));
}

}  // namespace

void check(const Program& program, diag::Diagnostics& diagnostics) {
  std::map<std::string_view, Value> unknown;
  for (const auto& node : program.nodes)
    unknown.emplace(node->id, schema::unknown_exports(*node->signature));
  const ExportsOf exports = [&](std::string_view id) { return &unknown.at(id); };
  Claims claims;
  for (const auto& node : program.nodes) {
    const std::shared_ptr<void> arguments = node->signature->make_arguments();
    const Names names(*node, exports);
    // The environment of the machine that checks says nothing about the one that will run this.
    const Scope scope = [known = names.scope()](std::string_view name) {
      const Value* value = known(name);
      return value != nullptr ? value : stdlib::lookup_elsewhere(name);
    };
    decode_into(*node, arguments.get(), scope, diagnostics);
    if (node->signature->claims)
      for (const schema::Claim& claim : node->signature->claims(arguments.get()))
        claims.add(claim, *node, diagnostics);
  }
  // After an error a sender may be missing only because it could not be read.
  if (!diagnostics.has_errors()) report_unused(program, diagnostics);
}

std::shared_ptr<void> decode(const Program&, const Node& node, const ExportsOf& exports,
                             diag::Diagnostics& diagnostics) {
  std::shared_ptr<void> arguments = node.signature->make_arguments();
  const Names names(node, exports);
  if (!decode_into(node, arguments.get(), names.scope(), diagnostics)) return nullptr;
  return arguments;
}

bool Claims::clash(const Listener& a, const Listener& b) {
  if (a.protocol != b.protocol || a.port != b.port) return false;
  const auto takes_all = [](const Listener& one) { return one.host.empty() || one.host == "[::]"; };
  const auto covers = [&](const Listener& one, const Listener& other) {
    return takes_all(one) || (one.host == "0.0.0.0" && !other.host.starts_with('['));
  };
  return a.host == b.host || covers(a, b) || covers(b, a);
}

void Claims::add(const schema::Claim& claim, const Node& node, diag::Diagnostics& diagnostics) {
  const std::string& text = claim.address.text;
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos) return;
  Listener next{
      .protocol = claim.protocol,
      .host = text.substr(0, colon),
      .port = text.substr(colon + 1),
      .place = claim.address.place.known() ? claim.address.place : node.block->header_span(),
      .by = node.id};
  if (next.port == "0") return;
  if (next.host == "localhost") next.host = "127.0.0.1";
  const auto rival = std::find_if(taken_.begin(), taken_.end(),
                                  [&](const Listener& taken) { return clash(taken, next); });
  if (rival != taken_.end())
    diagnostics
        .error("R092", next.place, "{} {} is taken already by {}", next.protocol, text, rival->by)
        .note(rival->place, "it is taken here");
  taken_.push_back(std::move(next));
}

}  // namespace river::config
