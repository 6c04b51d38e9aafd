#include <set>

#include "river/config/claims.h"
#include "river/config/names.h"
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
      return value != nullptr ? value : stdlib_elsewhere(name);
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

}  // namespace river::config
