#include "compiler/migrate/documents/kinds.h"

#include <fmt/format.h>

#include "compiler/migrate/documents/dashboard.h"
#include "compiler/migrate/documents/rules.h"

namespace compiler::migrate::documents {

namespace {

/// One shape that a document can have.
struct ShapeOfDocument {
  const char* kind;
  bool (*is)(const Value&);
  void (*gather)(const Value&, Gatherer&);
};

bool is_wrapped_dashboard(const Value& value) {
  return is_classic_dashboard(value["dashboard"]) || is_v2_dashboard(value["dashboard"]["spec"]);
}
void gather_wrapped_dashboard(const Value& value, Gatherer& out) {
  const Value inner = value["dashboard"];
  if (is_classic_dashboard(inner)) return gather_classic_dashboard(inner, out);
  gather_v2_dashboard(inner["spec"], out);
}

bool is_groups(const Value& value) {
  return is_rule_groups(value["groups"]);
}
void gather_groups(const Value& value, Gatherer& out) {
  gather_rule_groups(value["groups"], {}, out);
}

/// {namespace: [groups]}, one map for each tenant or folder.
bool is_namespaces(const Value& value) {
  if (!value.is_map()) return false;
  for (const Value one : value)
    if (!is_rule_groups(one)) return false;
  return value.begin() != value.end();
}
void gather_namespaces(const Value& value, Gatherer& out) {
  for (const Value one : value) {
    TitledPart part(out, one.key());
    gather_rule_groups(one, {}, out);
  }
}

/// {name or title, rules}: a single group.
bool is_group(const Value& value) {
  for (const Value rule : value["rules"])
    return is_grafana_rule(rule) || ((rule.has("alert") || rule.has("record")) && rule.has("expr"));
  return false;
}
void gather_group(const Value& value, Gatherer& out) {
  TitledPart part(out, first_text(value, {"name", "title"}));
  gather_rules(value["rules"], {}, out);
}

bool is_single_rule(const Value& value) {
  return is_grafana_rule(value) && (value.has("title") || value.has("condition"));
}

/// Contact points and templates, which show labels, and what depends on none.
bool is_provisioning(const Value& value) {
  for (const std::string_view key : {"contactPoints", "templates", "muteTimes", "providers"})
    if (value[key].is_list()) return true;
  return false;
}
void gather_provisioning(const Value& value, Gatherer& out) {
  TitledPart part(out);
  out.context.is_alert = true;
  for (const std::string_view key : {"contactPoints", "templates"})
    gather_notifications(value[key], out);
}

constexpr ShapeOfDocument kShapes[] = {
    {"dashboard", is_wrapped_dashboard, gather_wrapped_dashboard},
    {"dashboard", is_classic_dashboard, gather_classic_dashboard},
    {"dashboard (V2)", is_v2_dashboard, gather_v2_dashboard},
    {"library panel", is_library_panel, gather_library_panel},
    {"rules", is_groups, gather_groups},
    {"rules", is_namespaces, gather_namespaces},
    {"rules", is_group, gather_group},
    {"rules", is_single_rule, gather_grafana_rule},
    {"Alertmanager configuration", is_alertmanager, gather_alertmanager},
    {"notification policies", is_policies, gather_policies},
    {"silence", is_silence, gather_silence},
    {"datasources", is_datasources, gather_datasources},
    {"Grafana provisioning", is_provisioning, gather_provisioning},
};

}  // namespace

void note_kind(Gatherer& out, std::string_view kind) {
  std::string& noted = out.document().kind;
  if (noted.find(kind) != std::string::npos) return;
  if (!noted.empty()) noted += ", ";
  noted += kind;
}

bool gather_known(const Value& value, Gatherer& out) {
  if (gather_resource(value, out)) return true;
  bool found = false;
  for (const ShapeOfDocument& shape : kShapes) {
    if (!shape.is(value)) continue;
    note_kind(out, shape.kind);
    shape.gather(value, out);
    found = true;
    // A provisioning file may hold rules, policies and contact points side by side.
    if (!value.has("apiVersion") && !value.has("route")) return true;
  }
  return found;
}

}  // namespace compiler::migrate::documents
