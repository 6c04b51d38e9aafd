#pragma once
#include <string>
#include <vector>

#include "base/result.h"
#include "compiler/migrate/change/host_files.h"
#include "compiler/migrate/report/report.h"

namespace compiler::migrate::change {

/// Everything that one run of `migrate apply` or `migrate cleanup` would write.
struct Plan {
  std::vector<FileChange> changes;      ///< by path
  std::vector<std::string> left_alone;  ///< what is not edited, with place and reason
  std::vector<base::Error> errors;      ///< with any of these nothing may be written
};

/// Edits the variables of the hosts whose services move, and all texts that have a proposal. With
/// dual labels (`dual_until`, a day) the documents stay: the old labels stay as well.
Plan plan_apply(const report::Report& report,
                const compiler::inventory::InventoryOptions& inventory,
                std::string_view dual_until);

/// A moved service of which the rollout is verified.
struct VerifiedService {
  std::string host;
  std::string service;
};
/// Takes out reserved ports.
Plan plan_cleanup(const std::vector<VerifiedService>& services,
                  const compiler::inventory::InventoryOptions& inventory);

/// The changes as one unified diff.
std::string diff_of(const Plan& plan);

/// Writes all files, each in one step, links followed and modes kept. The first failure stops.
base::Result<void> write(const Plan& plan);

}  // namespace compiler::migrate::change
