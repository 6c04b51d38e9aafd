#pragma once
#include "compiler/migrate/documents/gatherer.h"

namespace compiler::migrate::documents {

/// Terraform and Jsonnet: programs that make dashboards. They are not run, so they are listed, with
/// the selectors that stand in them.
void list_program(const Excerpt& whole, Gatherer& out);

}  // namespace compiler::migrate::documents
