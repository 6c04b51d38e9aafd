#include "migrate/documents/recognise.h"

#include <fmt/format.h>

#include "migrate/documents/dashboard.h"
#include "migrate/documents/rules.h"

namespace migrate {

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

constexpr ShapeOfDocument kShapes[] = {
    {"dashboard", is_wrapped_dashboard, gather_wrapped_dashboard},
    {"dashboard", is_classic_dashboard, gather_classic_dashboard},
    {"dashboard (V2)", is_v2_dashboard, gather_v2_dashboard},
    {"library panel", is_library_panel, gather_library_panel},
    {"rules", is_groups, gather_groups},
    {"rules", is_namespaces, gather_namespaces},
};

void note_kind(Gatherer& out, std::string_view kind) {
  std::string& noted = out.document().kind;
  if (noted.find(kind) != std::string::npos) return;
  if (!noted.empty()) noted += ", ";
  noted += kind;
}

}  // namespace

bool gather_known(const Value& value, Gatherer& out) {
  for (const ShapeOfDocument& shape : kShapes) {
    if (!shape.is(value)) continue;
    note_kind(out, shape.kind);
    shape.gather(value, out);
    return true;
  }
  return false;
}

}  // namespace migrate
