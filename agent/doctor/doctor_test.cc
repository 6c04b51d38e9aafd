#include "agent/doctor/doctor.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "agent/doctor/checks.h"
#include "base/json.h"
#include "components/catalog.h"
#include "tests/support/folder.h"

using namespace agent::doctor;

namespace {

Needs needs_of_text(const std::string& text) {
  const support::Folder folder;
  folder.write("config.river", text);
  auto loaded = agent::graph::load(folder.path() / "config.river", components::catalog(),
                                   river::schema::Stability::generally_available);
  REQUIRE(loaded);
  REQUIRE(!loaded->diagnostics.has_errors());
  const Needs needs = needs_of(*loaded->configuration, loaded->diagnostics);
  CHECK(!loaded->diagnostics.has_errors());
  return needs;
}

}  // namespace

TEST_CASE("doctor: what a configuration needs of its host") {
  const Needs needs = needs_of_text(R"(
loki.source.journal "a" { forward_to = [loki.write.w.receiver] }
loki.source.journal "b" { forward_to = [loki.write.w.receiver] }
loki.source.syslog "s" {
  listener { address = "127.0.0.1:5140" }
  listener {
    address  = ":514"
    protocol = "udp"
  }
  forward_to = [loki.write.w.receiver]
}
discovery.docker "d" { host = "unix:///run/docker.sock" }
loki.source.docker "d" {
  host       = "unix:///run/docker.sock"
  targets    = discovery.docker.d.targets
  forward_to = [loki.write.w.receiver]
}
loki.write "w" {
  endpoint {
    url = "https://loki:3100/loki/api/v1/push"
    basic_auth {
      username      = "u"
      password_file = "/etc/t/password"
    }
    tls_config { ca_file = "/etc/t/ca.pem" }
  }
}
)");
  REQUIRE(needs.listeners.size() == 2);
  CHECK(needs.listeners[0].address == "127.0.0.1:5140");
  CHECK(needs.listeners[1].protocol == "udp");
  CHECK(needs.listeners[1].component == "loki.source.syslog.s");
  CHECK(needs.dockers.size() == 1);
  CHECK(needs.journals == std::vector<std::string>{""});
  REQUIRE(needs.backends.size() == 1);
  CHECK(needs.backends[0].url == "https://loki:3100/loki/api/v1/push");
  CHECK(!needs.watches_files);
  REQUIRE(needs.files.size() == 2);
  CHECK(needs.files[0].path == "/etc/t/password");
  CHECK(needs.files[0].component == "loki.write.w");
  CHECK(needs_of_text(R"(local.file_match "f" { path_targets = [] })").watches_files);
}

TEST_CASE("doctor: files that the configuration names") {
  const support::Folder folder;
  folder.write("token", "t");
  Needs needs;
  needs.files = {{"a", (folder.path() / "token").string()},
                 {"a", (folder.path() / "missing").string()},
                 {"a", folder.path().string()}};
  Checks checks;
  check_files(needs, checks);
  REQUIRE(checks.size() == 3);
  CHECK(checks[0].state == State::ok);
  CHECK(checks[1].state == State::fail);
  CHECK(checks[2].state == State::fail);
}

TEST_CASE("doctor: what the answer of a backend means") {
  const auto now = std::chrono::system_clock::from_time_t(1795260000);  // 21 Nov 2026 11:20:00 GMT
  struct Case {
    int status;
    const char* date;
    State want;
    const char* says;
  };
  for (const Case& c : {
           Case{200, "", State::ok, "is ready"},
           Case{204, "Sat, 21 Nov 2026 11:20:30 GMT", State::ok, "is ready"},
           Case{404, "", State::ok, "answers (404"},
           Case{401, "", State::warn, "401"},
           Case{503, "", State::warn, "503"},
           Case{200, "Sat, 21 Nov 2026 12:20:00 GMT", State::warn, "3600 s behind"},
           Case{200, "Sat, 21 Nov 2026 11:10:00 GMT", State::warn, "600 s ahead of"},
           Case{200, "yesterday", State::ok, "is ready"},
       }) {
    CAPTURE(c.status);
    CAPTURE(c.date);
    const Check check = judge_answer("loki:3100", {c.status, {{"Date", c.date}}, ""}, now);
    CHECK(check.state == c.want);
    CHECK(check.message.find(c.says) != std::string::npos);
    CHECK(check.help.empty() == (c.want == State::ok));
  }
}

TEST_CASE("doctor: limits of the kernel") {
  const support::Folder sys;
  Needs needs;
  needs.watches_files = true;
  needs.listeners = {{"loki.source.syslog.s", "udp", ":514"}};
  struct Case {
    const char *watches, *buffer;
    size_t warnings;
  };
  for (const Case& c : {Case{"65536\n", "8388608\n", 0}, Case{"100\n", "8388608\n", 1},
                        Case{"65536\n", "212992\n", 1}, Case{"100\n", "212992\n", 2}}) {
    CAPTURE(c.watches);
    CAPTURE(c.buffer);
    sys.write("fs/inotify/max_user_watches", c.watches);
    sys.write("net/core/rmem_max", c.buffer);
    Checks checks;
    check_kernel(needs, checks, sys.path());
    CHECK(count(checks, State::warn) == c.warnings);
    CHECK(count(checks, State::fail) == 0);
  }
}

TEST_CASE("doctor: the storage folder") {
  const support::Folder folder;
  Checks checks;
  check_disk(folder.path(), checks);
  CHECK(count(checks, State::fail) == 0);
  CHECK(std::filesystem::is_empty(folder.path()));
  checks.clear();
  check_disk(folder.path() / "missing", checks);
  CHECK(count(checks, State::warn) == 1);
}

TEST_CASE("doctor: whom a unit runs as") {
  struct Case {
    const char* shown;
    std::string user;
    std::vector<std::string> groups;
  };
  for (const Case& c : {Case{"", "", {}}, Case{"User=\nSupplementaryGroups=\n", "", {}},
                        Case{"User=tributary\nSupplementaryGroups=systemd-journal docker\n",
                             "tributary",
                             {"systemd-journal", "docker"}},
                        Case{"SupplementaryGroups=a\nOther=1\nUser=b", "b", {"a"}}}) {
    CAPTURE(c.shown);
    const UnitUser unit = parse_unit_user(c.shown);
    CHECK(unit.user == c.user);
    CHECK(unit.groups == c.groups);
  }
  CHECK(!identity_of("no-such-user", {}));
  CHECK(!identity_of("root", {"no-such-group"}));
  const auto root = identity_of("root", {"daemon"});
  REQUIRE(root);
  CHECK(root->uid == 0);
  CHECK(group_name(root->groups.back()) == "daemon");
}

TEST_CASE("doctor: how it is said") {
  const Checks checks = {{"disk", State::ok, "room", ""},
                         {"ports", State::fail, "taken", "free it"},
                         {"docker", State::ignored, "away", "start it"}};
  CHECK(as_text(checks) ==
        "ok       disk       room\n"
        "fail     ports      taken\n"
        "                    free it\n"
        "ignored  docker     away\n"
        "                    start it\n"
        "3 checks, 1 failure, 0 warnings\n");
  const auto json = base::parse_json(as_json(checks));
  CHECK(json["failures"] == 1);
  CHECK(json["checks"][1]["help"] == "free it");
}
