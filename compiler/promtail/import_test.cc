#include <doctest/doctest.h>

#include "base/files.h"
#include "compiler/cases/cases.h"
#include "compiler/promtail/importer.h"
#include "components/catalog.h"
#include "tests/support/archive.h"
#include "tests/support/golden.h"

namespace {

namespace promtail = compiler::promtail;
using support::Folder;

compiler::emit::CommandResult import_file(const std::filesystem::path& file,
                                          bool expand_env = false) {
  promtail::Options options;
  options.file = file;
  options.expand_env = expand_env;
  options.check.catalog = components::catalog();
  return promtail::run_import(options);
}

/// Findings that are not errors are all about what was left out; an error leaves no text.
TEST_CASE("golden: what becomes of configurations of Promtail") {
  golden::run(
      "tests/golden/promtail",
      [](const golden::Input& input) {
        const auto result = import_file(input.path);
        CHECK((result.exit_code == 2) == input.name.starts_with("bad_"));
        CHECK(result.out.empty() == (result.exit_code == 2));
        return fmt::format("exit code {}\n{}--\n{}", result.exit_code, result.err, result.out);
      },
      ".yaml");
}

TEST_CASE("import: no secret is printed") {
  for (const std::string_view file : {"secrets", "spelled_out", "http_clients", "bad_login"}) {
    const auto result = import_file(fmt::format("tests/golden/promtail/{}.yaml", file));
    for (const std::string_view secret :
         {"glc_secret", "hunter", "abcdef", "shh", "p:w", "p%3Aw", "HUN", "TER2"}) {
      CAPTURE(file);
      CAPTURE(secret);
      CHECK(result.out.find(secret) == std::string::npos);
      CHECK(result.err.find(secret) == std::string::npos);
    }
  }
}

TEST_CASE("import: variables in patterns with --expand-env alone") {
  const auto has = [](const compiler::emit::CommandResult& result, std::string_view part) {
    return result.out.find(part) != std::string::npos;
  };
  const char* file = "tests/golden/promtail/environment.yaml";
  CHECK(has(import_file(file), R"(replacement   = "${name}-${1}")"));
  CHECK(has(import_file(file, true), R"(sys.env("name") + "-${1}")"));
}

/// Cases as Promtail would have answered them, on what its configurations become.
constexpr std::string_view kCases = R"(config: app.river
cases:
)";

struct Behaviour {
  std::string_view file, cases;
};

TEST_CASE("import: lines get the labels that Promtail gave them") {
  for (const Behaviour& behaviour : {
           Behaviour{"files_varlogs", R"(
  - name: a file
    file: /var/log/syslog
    line: hello
    expect: {labels: {job: varlogs, stream: stdout, filename: /var/log/syslog}, line: hello}
)"},
           Behaviour{"journal_units", R"(
  - name: an entry
    journal: {_SYSTEMD_UNIT: a.service, _HOSTNAME: h, PRIORITY: 3, MESSAGE: m}
    expect:
      labels:
        {job: systemd-journal, host: web-1, unit: a.service, nodename: h, level: error}
)"},
           Behaviour{"journal_without_job", R"(
  - name: there is no job unless it was given
    journal: {_SYSTEMD_UNIT: nginx.service, MESSAGE: status=404}
    expect: {labels: {env: lab, unit: nginx.service, status: "404"}}
)"},
           Behaviour{"journal_dollar", R"(
  - name: a dollar is no group
    journal: {MESSAGE: m}
    expect: {labels: {job: a$1b}}
)"},
           Behaviour{"lenient_values", R"(
  - name: capitals of actions, and an empty label
    file: /var/log/z.log
    line: x
    expect: {labels: {q: /var/log/z.log, w: A, filename: /var/log/z.log}}
)"},
           Behaviour{"http_clients", R"(
  - name: a pattern gives the stream of the line
    docker: {name: web-1}
    line: '2026-02-03T04:05:06Z stdout F x'
    expect: {has_labels: {stream: stdout}}
)"},
           Behaviour{"syslog_receiver", R"(
  - name: a message
    syslog: '<165>1 2026-02-03T04:05:06Z h web 1 ID - up'
    expect:
      has_labels: {job: syslog, host: h, level: notice, app_name: web, msg_id: ID}
      timestamp: 2026-02-03T04:05:06Z
)"},
           Behaviour{"docker_discovery", R"(
  - name: a container
    docker: {name: web-1, labels: {com.docker.compose.service: web}}
    line: '2026-02-03T04:05:06Z stdout F {"level": "warn", "message": "slow"}'
    expect: {labels: {container: web-1, service: web, level: warn, stream: stdout}, line: slow}
)"},
           Behaviour{"docker_files", R"(
  - name: json-file
    file: /var/lib/docker/containers/a/a-json.log
    line: '{"log":"hi\n","stream":"stderr","attrs":{"tag":"img|name"},"time":"2026"}'
    expect: {has_labels: {job: containerlogs, stream: stderr, image_name: img}, line: "hi\n"}
)"},
           Behaviour{"nginx_metrics", R"(
  - name: an access
    file: /var/log/nginx/access.log
    line: '10.1.2.3 - - [03/Feb/2026:04:05:06 +0000] "GET /x HTTP/1.1" 200 15'
    expect:
      has_labels: {job: nginx, status: "200", method: GET}
      timestamp: 2026-02-03T04:05:06Z
      line: '10.1.x.x.2.3 - - [03/Feb/2026:04:05:06 +0000] "GET /x HTTP/1.1" 200 15'
  - name: a check
    file: /var/log/nginx/access.log
    line: '10.1.2.3 - - [03/Feb/2026:04:05:06 +0000] "GET /healthz HTTP/1.1" 200 15'
    expect: {dropped: stage.drop}
)"},
           Behaviour{"client_settings", R"(
  - name: external labels
    file: /var/log/one.log
    line: x
    expect: {labels: {job: one, dc: fra1, filename: /var/log/one.log}}
)"},
       }) {
    CAPTURE(behaviour.file);
    Folder folder;
    folder.write("app.river",
                 import_file(fmt::format("tests/golden/promtail/{}.yaml", behaviour.file)).out);
    folder.write("app.test.yml", fmt::format("{}{}", kCases, behaviour.cases));
    compiler::cases::Options options;
    options.paths = {folder.path()};
    options.check.catalog = components::catalog();
    const auto result = compiler::cases::run_test(options);
    CHECK(result.out.substr(0, result.out.find("Warning[F116]")) == "");
    CHECK(result.exit_code == 0);
  }
}

}  // namespace
