#include "compiler/migrate/change/plan.h"

#include <doctest/doctest.h>

#include "base/files.h"
#include "tests/support/archive.h"

using namespace compiler::migrate;
using namespace compiler::migrate::change;

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPage = "{job=\"kairos\"} {job=\"angelia\"}\n";

/// A report on one page whose texts are the two selectors.
report::Report report_on(const fs::path& page, std::vector<impact::Finding> findings) {
  report::Report report;
  documents::Document document;
  document.path = page.string();
  document.text = kPage;
  document.uses.resize(findings.size());
  for (size_t i = 0; i < findings.size(); ++i) {
    document.uses[i].line = 1;
    document.uses[i].column = static_cast<uint32_t>(i + 1);
    findings[i].use = i;
  }
  report.documents.push_back(std::move(document));
  report.findings = std::move(findings);
  return report;
}

impact::Finding finding(impact::Verdict verdict, std::vector<documents::FileEdit> edits) {
  impact::Finding made;
  made.verdict = verdict;
  made.reason = "why";
  made.proposal = {"new", std::move(edits), ""};
  return made;
}

const documents::FileEdit kKairos = {1, 13, "service=\"kairos\""};
const documents::FileEdit kAngelia = {16, 29, "service=\"angelia\""};

TEST_CASE("plan_apply: texts with a proposal are edited, the others named") {
  support::Folder folder;
  support::unpack("== inventory/hosts.yml\nall: {hosts: {puck: }}\n", folder);
  const compiler::inventory::InventoryOptions inventory{
      folder.path() / "inventory", folder.path(), {}};
  impact::Finding blocked = finding(impact::Verdict::empty, {});
  blocked.proposal->blocked = "no place for a line break";
  impact::Finding guess = finding(impact::Verdict::empty, {kAngelia});
  guess.confidence = impact::Confidence::guess;
  impact::Finding hopeless = finding(impact::Verdict::narrows, {});
  hopeless.proposal.reset();
  const report::Report report =
      report_on("page.md", {finding(impact::Verdict::empty, {kKairos}),
                            finding(impact::Verdict::empty, {kKairos}),
                            finding(impact::Verdict::widens, {{0, 5, "x"}}),
                            finding(impact::Verdict::unknown, {kAngelia}),
                            finding(impact::Verdict::same, {kAngelia}), blocked, guess, hopeless});

  const Plan plan = plan_apply(report, inventory, "");
  CHECK(plan.errors.empty());
  CHECK(diff_of(plan) ==
        "--- a/page.md\n+++ b/page.md\n@@ -1 +1 @@\n"
        "-{job=\"kairos\"} {job=\"angelia\"}\n+{service=\"kairos\"} {job=\"angelia\"}\n");
  CHECK(plan.left_alone ==
        std::vector<std::string>{
            "page.md:1:3: another change meets it in the same place; run apply once more",
            "page.md:1:4: UNKNOWN: why", "page.md:1:6: no place for a line break",
            "page.md:1:7: it may be no LogQL: why",
            "page.md:1:8: no text means the same after the move: why"});

  CHECK(plan_apply(report, inventory, "2026-12-05").changes.empty());
}

TEST_CASE("plan_apply: an inventory that cannot be read is an error") {
  const Plan plan = plan_apply(report::Report{}, {"no/such/inventory", "", {}}, "");
  CHECK(plan.errors.size() == 1);
}

TEST_CASE("plan_apply: dual labels need a project that is called like its service") {
  support::Folder folder;
  support::unpack("== inventory/hosts.yml\nall: {hosts: {puck: }}\n", folder);
  const compiler::inventory::InventoryOptions inventory{
      folder.path() / "inventory", folder.path(), {}};
  report::Report report;
  streams::ServiceState service{.service = "jupyterlab"};
  service.moves = true;
  service.blockers = {{streams::Blocker::Kind::project_name_differs,
                       "its Compose project is called jupyter", "", false}};
  report.fleet.hosts = {{.host = "puck", .services = {service}}};
  const Plan refused = plan_apply(report, inventory, "2026-12-05");
  REQUIRE(refused.errors.size() == 1);
  CHECK(refused.errors[0].message.starts_with(
      "puck: jupyterlab cannot have dual labels: their rule goes by the label service"));
  CHECK(refused.changes.empty());
  CHECK(plan_apply(report, inventory, "").errors.empty());
}

TEST_CASE("write: modes stay, links are followed, new files are made") {
  support::Folder folder;
  folder.write("real.yml", "old");
  fs::permissions(folder.path() / "real.yml", fs::perms(0600));
  fs::create_symlink("real.yml", folder.path() / "link.yml");
  const Plan plan{{{folder.path() / "link.yml", "old", "new"},
                   {folder.path() / "host_vars/puck.yml", "", "made"}},
                  {},
                  {}};
  REQUIRE(write(plan));
  CHECK(fs::is_symlink(folder.path() / "link.yml"));
  CHECK(base::read_file(folder.path() / "real.yml") == "new");
  CHECK(fs::status(folder.path() / "real.yml").permissions() == fs::perms(0600));
  CHECK(base::read_file(folder.path() / "host_vars/puck.yml") == "made");
}

}  // namespace
