#pragma once
#include "compiler/migrate/documents/gatherer.h"

/// Grafana's datasources as provisioning files and resources write them.
namespace compiler::migrate::documents {

bool is_datasources(const Value& value);
/// Derived fields of Loki, traces to logs, correlations: what of them names labels or asks queries.
void gather_datasources(const Value& value, Gatherer& out);
void gather_datasource(const Value& datasource, Gatherer& out);

}  // namespace compiler::migrate::documents
