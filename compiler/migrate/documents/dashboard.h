#pragma once
#include "compiler/migrate/documents/gatherer.h"

/// Grafana dashboards, and single panels of libraries.
namespace compiler::migrate::documents {

/// panels[], rows[].panels[], or a title with a schemaVersion.
bool is_classic_dashboard(const Value& value);
void gather_classic_dashboard(const Value& dashboard, Gatherer& out);

/// elements and a layout: `spec` of a V2 resource.
bool is_v2_dashboard(const Value& value);
void gather_v2_dashboard(const Value& spec, Gatherer& out);

/// A library panel: its panel stands in `model`.
bool is_library_panel(const Value& value);
void gather_library_panel(const Value& library, Gatherer& out);

/// An annotation in either shape; in V2 `annotation` is its spec.
void gather_annotation(const Value& annotation, const Datasources& datasources, Gatherer& out);

}  // namespace compiler::migrate::documents
