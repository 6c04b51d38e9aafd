#include <algorithm>
#include <tuple>

#include "compiler/kubernetes/rbac.h"
#include "river/config/steps.h"
#include "river/eval.h"
#include "river/schema/decode.h"

namespace compiler::kubernetes {

using river::schema::HostNeed;

namespace {

struct Grant {
  std::set<std::string> verbs;
  std::set<std::string> needed_by;
};

/// Group, resource, object: what a grant is about.
using Subject = std::tuple<std::string, std::string, std::string>;
using Grants = std::map<Subject, Grant>;

void add(const NeededRight& needed, Grants& grants) {
  const components::kubernetes::Right& right = needed.right;
  Grant& grant = grants[{right.group, right.resource, right.object}];
  grant.verbs.insert(right.verbs.begin(), right.verbs.end());
  grant.needed_by.insert(needed.component);
}

/// Takes out what another set of grants gives already.
void subtract(const Grants& given, Grants& grants) {
  for (auto it = grants.begin(); it != grants.end();) {
    const auto& [group, resource, object] = it->first;
    std::set<std::string>& verbs = it->second.verbs;
    for (const std::string& whole : {object, std::string()})
      if (const auto same = given.find({group, resource, whole}); same != given.end())
        for (const std::string& verb : same->second.verbs) verbs.erase(verb);
    it = verbs.empty() ? grants.erase(it) : std::next(it);
  }
}

bool is_alike(const Rule& rule, const Subject& subject, const Grant& grant) {
  return rule.group == std::get<0>(subject) && rule.object == std::get<2>(subject) &&
         rule.verbs == grant.verbs;
}

/// Resources of one group with the same verbs become one rule.
std::vector<Rule> rules_of(const Grants& grants) {
  std::vector<Rule> rules;
  for (const auto& item : grants) {
    const Subject& subject = item.first;
    const Grant& grant = item.second;
    const auto alike = std::find_if(rules.begin(), rules.end(), [&](const Rule& rule) {
      return is_alike(rule, subject, grant);
    });
    Rule& rule = alike != rules.end() ? *alike : rules.emplace_back();
    rule.group = std::get<0>(subject);
    rule.resources.push_back(std::get<1>(subject));
    rule.object = std::get<2>(subject);
    rule.verbs = grant.verbs;
    rule.needed_by.insert(grant.needed_by.begin(), grant.needed_by.end());
  }
  return rules;
}

}  // namespace

std::vector<NeededRight> rights_of(const river::config::Program& program) {
  std::map<std::string_view, river::Value> unknown;
  for (const auto& node : program.nodes)
    unknown.emplace(node->id, river::schema::unknown_exports(*node->signature));
  std::vector<NeededRight> rights;
  for (const auto& node : program.nodes) {
    const river::schema::Signature& signature = *node->signature;
    if (signature.needs == nullptr) continue;
    const river::config::Names names(*node, [&](std::string_view id) { return &unknown.at(id); });
    // As the check does: the environment of this machine is not that of the pod.
    const river::Scope scope = [known = names.scope()](std::string_view name) {
      const river::Value* value = known(name);
      return value != nullptr ? value : river::stdlib::lookup_elsewhere(name);
    };
    const std::shared_ptr<void> arguments = signature.make_arguments();
    river::diag::Diagnostics reported;
    river::schema::decode_body(node->block->body, node->block->header_span(), signature.arguments,
                               arguments.get(), scope, reported);
    for (const HostNeed& need : signature.needs(arguments.get())) {
      if (need.kind != HostNeed::Kind::cluster_right) continue;
      auto right = std::any_cast<components::kubernetes::Right>(need.client);
      // The name of a namespace that only the pod knows: it may be any.
      if (std::find(right.namespaces.begin(), right.namespaces.end(), "") !=
          right.namespaces.end()) {
        right.namespaces.clear();
        right.own_namespace = false;
      }
      rights.push_back({node->id, std::move(right)});
    }
  }
  return rights;
}

Roles roles_of(const std::vector<NeededRight>& rights, const std::string& own) {
  Grants cluster, anywhere;
  std::map<std::string, Grants> namespaces;
  for (const NeededRight& needed : rights) {
    std::set<std::string> where(needed.right.namespaces.begin(), needed.right.namespaces.end());
    if (needed.right.own_namespace) where.insert(own);
    if (where.empty()) add(needed, cluster);
    for (const std::string& name : where) add(needed, namespaces[name]);
    if (!where.empty()) add(needed, anywhere);
  }
  Roles roles{rules_of(cluster), {}, {}};
  subtract(cluster, anywhere);
  roles.anywhere = rules_of(anywhere);
  for (auto& [name, grants] : namespaces) {
    subtract(cluster, grants);
    if (!grants.empty()) roles.namespaces[name] = rules_of(grants);
  }
  return roles;
}

}  // namespace compiler::kubernetes
