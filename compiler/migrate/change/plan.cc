#include "compiler/migrate/change/plan.h"

#include <sys/stat.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>

#include "base/files.h"
#include "base/text.h"
#include "compiler/emit/diff.h"

namespace compiler::migrate::change {

namespace fs = std::filesystem;

namespace {

constexpr mode_t kModeOfNewFiles = 0644;

std::string place(const documents::Document& document, const documents::Use& use) {
  return fmt::format("{}:{}:{}", document.path, use.line, use.column);
}

/// The edits of one document: each once, and none that meets another.
class DocumentEdits {
 public:
  /// False when an edit meets another one in the same bytes; then none of these is taken.
  bool add(const std::vector<documents::FileEdit>& edits) {
    if (std::any_of(edits.begin(), edits.end(), [&](const auto& edit) { return meets(edit); }))
      return false;
    for (const documents::FileEdit& edit : edits) edits_.try_emplace(edit.begin, edit);
    return true;
  }

  std::vector<documents::FileEdit> all() const {
    std::vector<documents::FileEdit> list;
    for (const auto& [begin, edit] : edits_) list.push_back(edit);
    return list;
  }

 private:
  bool meets(const documents::FileEdit& edit) const {
    if (const auto known = edits_.find(edit.begin); known != edits_.end())
      return known->second != edit;
    const auto next = edits_.upper_bound(edit.begin);
    if (next != edits_.end() && next->first < edit.end) return true;
    return next != edits_.begin() && std::prev(next)->second.end > edit.begin;
  }

  std::map<uint32_t, documents::FileEdit> edits_;  ///< by where they begin
};

/// Why a text stays as it is; empty: it is edited.
std::string reason_to_leave(const impact::Finding& finding) {
  if (finding.verdict == impact::Verdict::unknown) return "UNKNOWN: " + finding.reason;
  if (!finding.proposal) return "no text means the same after the move: " + finding.reason;
  if (!finding.proposal->blocked.empty()) return finding.proposal->blocked;
  if (finding.confidence == impact::Confidence::guess)
    return "it may be no LogQL: " + finding.reason;
  return {};
}

/// Whether a text uses a variable: $name, ${name}, ${name:regex}, [[name]].
bool uses_variable(std::string_view text, std::string_view name) {
  for (const std::string_view opening : {"$", "${", "[["}) {
    const std::string written = std::string(opening) + std::string(name);
    for (size_t at = text.find(written); at != text.npos; at = text.find(written, at + 1)) {
      const size_t end = at + written.size();
      if (end == text.size() || !base::is_word(text[end])) return true;
    }
  }
  return false;
}

/// Variables that stay as they are because a text which uses them does: changed alone they would
/// offer values that the other does not mean.
class HeldVariables {
 public:
  explicit HeldVariables(const report::Report& report) : report_(report) {}

  /// Why the change of a variable is left; empty: it is not one, or all that uses it changes.
  std::string reason(const impact::Finding& finding) const {
    const documents::Use& use = use_of(finding);
    const auto held = held_.find({finding.document, use.scope, use.name});
    return is_variable(use) && held != held_.end() ? held->second : std::string();
  }

  /// Takes in a text that stays as it is. True when a variable that it uses was not held before.
  bool hold(const impact::Finding& finding) {
    const documents::Document& document = report_.documents[finding.document];
    const documents::Use& use = use_of(finding);
    if (use.scope < 0 || static_cast<size_t>(use.scope) >= document.scopes.size()) return false;
    bool is_new = false;
    for (const auto& [name, variable] : document.scopes[static_cast<size_t>(use.scope)].variables)
      if (uses_variable(use.text.text(), name))
        is_new |= held_
                      .try_emplace({finding.document, use.scope, name},
                                   fmt::format("{}, which uses ${}, stays as it is",
                                               place(document, use), name))
                      .second;
    return is_new;
  }

 private:
  const documents::Use& use_of(const impact::Finding& finding) const {
    return report_.documents[finding.document].uses[finding.use];
  }
  static bool is_variable(const documents::Use& use) {
    return use.scope >= 0 && use.panel < 0 && !use.name.empty();
  }

  const report::Report& report_;
  std::map<std::tuple<size_t, int32_t, std::string>, std::string> held_;
};

/// For each finding that changes something: why its text stays as it is; empty: it is edited.
std::vector<std::string> reasons_to_leave(const report::Report& report) {
  std::vector<std::string> reasons(report.findings.size());
  HeldVariables held(report);
  for (size_t i = 0; i < reasons.size(); ++i) {
    if (report.findings[i].verdict == impact::Verdict::same) continue;
    reasons[i] = reason_to_leave(report.findings[i]);
    if (!reasons[i].empty()) held.hold(report.findings[i]);
  }
  for (bool goes_on = true; goes_on;) {  // A variable may use others.
    goes_on = false;
    for (size_t i = 0; i < reasons.size(); ++i) {
      if (report.findings[i].verdict == impact::Verdict::same || !reasons[i].empty()) continue;
      reasons[i] = held.reason(report.findings[i]);
      goes_on |= !reasons[i].empty() && held.hold(report.findings[i]);
    }
  }
  return reasons;
}

void plan_documents(const report::Report& report, Plan& plan) {
  std::vector<DocumentEdits> edits(report.documents.size());
  const std::vector<std::string> reasons = reasons_to_leave(report);
  for (size_t i = 0; i < reasons.size(); ++i) {
    const impact::Finding& finding = report.findings[i];
    if (finding.verdict == impact::Verdict::same) continue;
    const documents::Document& document = report.documents[finding.document];
    const documents::Use& use = document.uses[finding.use];
    std::string reason = reasons[i];
    if (reason.empty() && !edits[finding.document].add(finding.proposal->edits))
      reason = "another change meets it in the same place; run apply once more";
    if (!reason.empty())
      plan.left_alone.push_back(fmt::format("{}: {}", place(document, use), reason));
  }
  for (size_t i = 0; i < edits.size(); ++i) {
    const std::vector<documents::FileEdit> all = edits[i].all();
    if (all.empty()) continue;
    const documents::Document& document = report.documents[i];
    auto after = documents::apply(document.text, all);
    if (after && *after != document.text)
      plan.changes.push_back({document.path, document.text, std::move(*after)});
  }
}

void sort_by_path(Plan& plan) {
  std::sort(plan.changes.begin(), plan.changes.end(),
            [](const FileChange& a, const FileChange& b) { return a.path < b.path; });
}

void take_changes(const HostFiles& files, Plan& plan) {
  plan.errors.insert(plan.errors.end(), files.io_errors().begin(), files.io_errors().end());
  for (FileChange& change : files.changes()) plan.changes.push_back(std::move(change));
  sort_by_path(plan);
}

}  // namespace

namespace {

/// Why the rule of dual labels would not find a service's streams; empty: it would.
std::string no_dual_labels(const streams::ServiceState& service) {
  for (const streams::Blocker& blocker : service.blockers)
    if (blocker.kind == streams::Blocker::Kind::project_name_differs)
      return fmt::format(
          "{0} cannot have dual labels: their rule goes by the label service, which will not be "
          "{0}; "
          "put `name: {0}` into the compose file, or move it without --dual-labels",
          service.service);
  return {};
}

}  // namespace

Plan plan_apply(const report::Report& report,
                const compiler::inventory::InventoryOptions& inventory,
                std::string_view dual_until) {
  Plan plan;
  HostFiles files(inventory);
  for (const streams::HostState& host : report.fleet.hosts)
    for (const streams::ServiceState& service : host.services) {
      if (!service.moves) continue;
      if (const auto why = no_dual_labels(service); !dual_until.empty() && !why.empty()) {
        plan.errors.push_back({fmt::format("{}: {}", host.host, why)});
        continue;
      }
      if (auto done = files.move(host.host, service.service, dual_until); !done)
        plan.errors.push_back(done.error());
    }
  if (dual_until.empty()) plan_documents(report, plan);
  take_changes(files, plan);
  return plan;
}

Plan plan_cleanup(const std::vector<VerifiedService>& services,
                  const compiler::inventory::InventoryOptions& inventory) {
  Plan plan;
  HostFiles files(inventory);
  for (const VerifiedService& service : services)
    if (auto done = files.clean_up(service.host, service.service); !done)
      plan.left_alone.push_back(done.error().message);
  take_changes(files, plan);
  return plan;
}

std::string diff_of(const Plan& plan) {
  std::string text;
  for (const FileChange& change : plan.changes)
    text += compiler::emit::unified_diff(change.path.string(), change.before, change.after,
                                         compiler::emit::Secrets::left_out);
  return text;
}

base::Result<void> write(const Plan& plan) {
  for (const FileChange& change : plan.changes) {
    std::error_code problem;
    const fs::path real = fs::weakly_canonical(change.path, problem);
    fs::create_directories(real.parent_path(), problem);
    struct stat info = {};
    const bool is_there = stat(real.c_str(), &info) == 0;
    auto done = base::write_file_atomic(real, change.after,
                                        is_there ? info.st_mode & 07777 : kModeOfNewFiles);
    if (!done) return done;
  }
  return {};
}

}  // namespace compiler::migrate::change
