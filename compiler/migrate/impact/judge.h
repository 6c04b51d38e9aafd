#pragma once
#include <vector>

#include "compiler/migrate/impact/finding.h"

namespace compiler::migrate::impact {

/// Judges every use of every document: one finding each, in document order; SAME too. Rules that
/// record are followed into the PromQL of all documents, alerts into the routes.
std::vector<Finding> judge(const std::vector<documents::Document>& documents,
                           const streams::Mapping& mapping);

}  // namespace compiler::migrate::impact
