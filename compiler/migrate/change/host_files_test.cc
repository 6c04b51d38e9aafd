#include "compiler/migrate/change/host_files.h"

#include <doctest/doctest.h>

#include "compiler/emit/diff.h"
#include "tests/support/archive.h"

using namespace compiler::migrate;
using namespace compiler::migrate::change;

namespace {

/// What happened to the files below a folder, as unified diffs.
std::string diffs(const HostFiles& files, const support::Folder& folder) {
  std::string text;
  for (const FileChange& change : files.changes())
    text += compiler::emit::unified_diff(change.path.lexically_relative(folder.path()).string(),
                                         change.before, change.after);
  return text;
}

compiler::inventory::InventoryOptions options(const support::Folder& folder) {
  return {folder.path() / "inventory", folder.path(), {}};
}

constexpr std::string_view kFleet = R"(== inventory/hosts.yml
lab: {hosts: {puck: , ariel: , oberon: }}
== group_vars/lab.yml
rabbitmq_syslog_port: 51431
telemetry:
  docker:
    discovery: true
    migrated: [athena]
== host_vars/puck.yml
services: [docker, kairos]
kairos_syslog_port: 51412  # until the rollout is verified
telemetry:
  docker:
    migrated: [athena, mnemosyne]
    dual_labels: {mnemosyne: 2026-12-01}
== host_vars/ariel/ports.yml
grafana_mcp_syslog_port: 51401
== host_vars/ariel/telemetry.yml
telemetry:
  docker:
    discovery: false
)";

TEST_CASE("HostFiles: services move in the host's own files") {
  support::Folder folder;
  support::unpack(kFleet, folder);
  HostFiles files(options(folder));
  REQUIRE(files.io_errors().empty());
  REQUIRE(files.move("puck", "kairos", "2026-12-05"));
  REQUIRE(files.move("puck", "mnemosyne", ""));
  REQUIRE(files.move("ariel", "grafana-mcp", ""));
  REQUIRE(files.move("oberon", "rabbitmq", ""));
  CHECK_FALSE(files.move("pukc", "kairos", ""));
  CHECK(diffs(files, folder) == R"(--- a/host_vars/ariel/telemetry.yml
+++ b/host_vars/ariel/telemetry.yml
@@ -1,3 +1,4 @@
 telemetry:
   docker:
-    discovery: false
+    discovery: true
+    migrated: [athena, grafana-mcp]
--- a/host_vars/oberon.yml
+++ b/host_vars/oberon.yml
@@ -0,0 +1,3 @@
+telemetry:
+  docker:
+    migrated: [athena, rabbitmq]
--- a/host_vars/puck.yml
+++ b/host_vars/puck.yml
@@ -2,5 +2,5 @@
 kairos_syslog_port: 51412  # until the rollout is verified
 telemetry:
   docker:
-    migrated: [athena, mnemosyne]
-    dual_labels: {mnemosyne: 2026-12-01}
+    migrated: [athena, mnemosyne, kairos]
+    dual_labels: {kairos: 2026-12-05}
)");
}

TEST_CASE("HostFiles: a verified service loses its port") {
  support::Folder folder;
  support::unpack(kFleet, folder);
  HostFiles files(options(folder));
  REQUIRE(files.clean_up("puck", "kairos"));
  REQUIRE(files.clean_up("ariel", "grafana-mcp"));
  const auto refused = files.clean_up("oberon", "rabbitmq");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.ends_with(
      "group_vars/lab.yml: rabbitmq_syslog_port is in a file that other hosts use as well; "
      "remove it by hand"));
  CHECK(diffs(files, folder) == R"(--- a/host_vars/ariel/ports.yml
+++ b/host_vars/ariel/ports.yml
@@ -1 +0,0 @@
-grafana_mcp_syslog_port: 51401
--- a/host_vars/puck.yml
+++ b/host_vars/puck.yml
@@ -1,5 +1,4 @@
 services: [docker, kairos]
-kairos_syslog_port: 51412  # until the rollout is verified
 telemetry:
   docker:
     migrated: [athena, mnemosyne]
)");
}

}  // namespace
