#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <map>

#include "base/files.h"
#include "compiler/cli/commands.h"
#include "components/catalog.h"
#include "tests/support/archive.h"
#include "tests/support/golden.h"

namespace {

namespace fs = std::filesystem;
using support::Folder;

std::string without(std::string text, const std::string& what) {
  for (size_t at; (at = text.find(what)) != text.npos;) text.erase(at, what.size());
  return text;
}

/// Relative path and content of every file below a folder.
std::map<std::string, std::string> files_below(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file())
      files[entry.path().lexically_relative(folder)] = base::read_file(entry.path()).value();
  return files;
}

compiler::emit::CommandResult compile_sample_fleet(const fs::path& out) {
  compiler::cli::CompileCommand command;
  command.out = out;
  command.check.catalog = components::catalog();
  return compiler::cli::run_compile(command);
}

TEST_CASE("golden: mistakes of a fleet") {
  golden::run(
      "tests/golden/fleet_errors",
      [](const golden::Input& input) {
        Folder folder;
        support::unpack(input.source, folder);
        compiler::cli::ValidateOptions options;
        options.paths = {folder.path() / "inventory"};
        options.check.playbook_dir = folder.path();
        options.check.catalog = components::catalog();
        const compiler::emit::CommandResult result = compiler::cli::run_validate(options);
        return without(result.out + result.err, folder.path().string() + "/");
      },
      ".fleet");
}

TEST_CASE("golden: the sample fleet") {
  const fs::path expected = "tests/golden/compile";
  Folder folder;
  const compiler::emit::CommandResult result = compile_sample_fleet(folder.path());
  CHECK(result.out == "");
  REQUIRE(result.exit_code == 0);
  const auto files = files_below(folder.path());
  if (getenv("UPDATE_GOLDEN") != nullptr) {
    fs::remove_all(expected);
    for (const auto& [name, text] : files) {
      fs::create_directories((expected / name).parent_path());
      REQUIRE(base::write_file_atomic(expected / name, text));
    }
  }
  CHECK(files.size() == 10);
  const auto wanted = files_below(expected);
  for (const auto& file : files) {
    CAPTURE(file.first);
    REQUIRE(wanted.contains(file.first));
    CHECK(file.second == wanted.at(file.first));
  }
  CHECK(files.size() == wanted.size());
}

TEST_CASE("compile: same input, same bytes, and unchanged files stay alone") {
  Folder folder;
  REQUIRE(compile_sample_fleet(folder.path()).exit_code == 0);
  const fs::path config = folder.path() / "puck" / "config.river";
  const auto first = files_below(folder.path());
  const auto written = fs::last_write_time(config);
  REQUIRE(compile_sample_fleet(folder.path()).exit_code == 0);
  CHECK(files_below(folder.path()) == first);
  CHECK(fs::last_write_time(config) == written);
}

TEST_CASE("compile: one host keeps the others' lines of the manifest") {
  Folder folder;
  REQUIRE(compile_sample_fleet(folder.path()).exit_code == 0);
  const auto all = files_below(folder.path());
  compiler::cli::CompileCommand command;
  command.out = folder.path();
  command.hosts = {"puck"};
  command.check.catalog = components::catalog();
  CHECK(compiler::cli::run_compile(command).exit_code == 0);
  CHECK(files_below(folder.path()) == all);
}

TEST_CASE("compile: configs may hold passwords, so others cannot read them") {
  const auto mode = [](const fs::path& file) { return fs::status(file).permissions(); };
  constexpr auto kOthers = fs::perms::others_all;
  Folder folder;
  REQUIRE(compile_sample_fleet(folder.path()).exit_code == 0);
  const fs::path config = folder.path() / "puck" / "config.river";
  CHECK((mode(config) & kOthers) == fs::perms::none);
  // One that an earlier version wrote, unchanged since.
  fs::permissions(config, fs::perms::others_read, fs::perm_options::add);
  REQUIRE(compile_sample_fleet(folder.path()).exit_code == 0);
  CHECK((mode(config) & kOthers) == fs::perms::none);
}

TEST_CASE("compile: links and files that wait at the place of a temporary file are not written") {
  Folder folder;
  REQUIRE(compile_sample_fleet(folder.path()).exit_code == 0);
  const fs::path config = folder.path() / "puck" / "config.river";
  const std::string text = base::read_file(config).value();
  folder.write("puck/config.river", "changed");
  folder.write("victim", "untouched");
  for (const std::string& end : {std::string(".new"), fmt::format(".{}.new", getpid())})
    fs::create_symlink(folder.path() / "victim", config.string() + end);
  REQUIRE(compile_sample_fleet(folder.path()).exit_code == 0);
  CHECK(base::read_file(config).value() == text);
  CHECK(base::read_file(folder.path() / "victim").value() == "untouched");
}

TEST_CASE("compile: dual labels are a rule after those that name the service") {
  Folder folder;
  support::unpack(R"(== inventory/hosts.yml
all: {hosts: {puck: }}
== host_vars/puck.yml
deployment_environment: lab
services: [docker, grafana-mcp]
telemetry:
  docker:
    discovery: true
    migrated: [grafana-mcp]
    dual_labels: {grafana-mcp: 2199-12-05}
)",
                  folder);
  compiler::cli::CompileCommand command;
  command.inventory = folder.path() / "inventory";
  command.out = folder.path() / "out";
  command.check.catalog = components::catalog();
  const compiler::emit::CommandResult result = compiler::cli::run_compile(command);
  CHECK(result.out == "");
  REQUIRE(result.exit_code == 0);
  const std::string text = base::read_file(folder.path() / "out/puck/config.river").value();
  const size_t rule = text.find(
      "\t// both labels until 2199-12-05, from host_vars/puck.yml:7\n"
      "\trule {\n"
      "\t\tsource_labels = [\"service\"]\n"
      "\t\tregex         = \"grafana-mcp\"\n"
      "\t\ttarget_label  = \"job\"\n"
      "\t\treplacement   = \"grafana-mcp\"\n");
  CAPTURE(text);
  REQUIRE(rule != text.npos);
  CHECK(rule > text.find("regex         = \"@(.+)\""));
}

// The layout and the habits of roles for Alloy: a default, and a folder for a host that needs more.
constexpr std::string_view kAlloyTree = R"(== inventory/hosts.yml
all: {hosts: {ariel: , puck: }}
== group_vars/all.yml
deployment_environment: ouranos
syslog_format: rfc3164
== host_vars/puck.yml
services: [alloy, docker, kairos]
kairos_syslog_port: 51412
== ansible/alloy/config.alloy.j2
{# journal only #}
{% include 'parts/write.alloy.j2' %}

loki.source.journal "systemd_logs" {
  forward_to = [loki.write.default.receiver]
  labels = {
    hostname    = "{{ inventory_hostname }}",
    environment = "{{ deployment_environment | default('lab') }}",
  }
}
== ansible/alloy/parts/write.alloy.j2
loki.write "default" {
  endpoint {
    url = "http://prospero.incus:3100/loki/api/v1/push"
  }
}
== ansible/alloy/puck/config.alloy.j2
{% include 'parts/write.alloy.j2' %}
{% for service in services if vars[service ~ '_syslog_port'] is defined %}

loki.source.syslog "{{ service }}_logs" {
  listener {
    address       = "127.0.0.1:{{ lookup('vars', service ~ '_syslog_port') }}"
    syslog_format = "{{ syslog_format }}" // rfc3164
    labels        = {job = "{{ service }}"}
  }
  forward_to = [loki.write.default.receiver]
}
{% endfor %}
{% if 'docker' in services %}

fleet.docker "containers" {
  forward_to = [loki.write.default.receiver]
}
{% endif %}
)";

TEST_CASE("compile: a tree of Jinja templates for Alloy") {
  Folder folder;
  support::unpack(kAlloyTree, folder);
  compiler::cli::CompileCommand command;
  command.inventory = folder.path() / "inventory";
  command.out = folder.path() / "out";
  command.check.catalog = components::catalog();
  command.check.read.alloy_dir = folder.path() / "ansible/alloy";
  const compiler::emit::CommandResult result = compiler::cli::run_compile(command);
  CHECK(result.out == "");
  CAPTURE(result.err);
  REQUIRE(result.exit_code == 0);
  const std::string ariel = base::read_file(folder.path() / "out/ariel/config.river").value();
  CHECK(ariel.find("hostname    = \"ariel\"") != ariel.npos);
  CHECK(ariel.find("environment = \"ouranos\"") != ariel.npos);
  CHECK(ariel.find("syslog") == ariel.npos);
  const std::string puck = base::read_file(folder.path() / "out/puck/config.river").value();
  CHECK(puck.find("loki.source.syslog \"kairos_logs\"") != puck.npos);
  CHECK(puck.find("address       = \"127.0.0.1:51412\"") != puck.npos);
  CHECK(puck.find("loki.source.journal") == puck.npos);
  const std::string manifest = base::read_file(folder.path() / "out/manifest.json").value();
  CHECK(manifest.find("\"template\": \"alloy/puck/config.alloy.j2\"") != manifest.npos);
  command.check.read.alloy_dir = folder.path() / "ansible/alloy/parts";
  CHECK(compiler::cli::run_compile(command).err.find("no config.alloy.j2 in it") !=
        std::string::npos);
}

TEST_CASE("compile: a password that is encrypted, or that Jinja makes, is read by the agent") {
  for (const char* password : {"!vault |\n          $ANSIBLE_VAULT;1.1;AES256\n          6162",
                               "\"{{ vault_loki_password }}\""}) {
    CAPTURE(password);
    Folder folder;
    folder.write("inventory/hosts.yml", "all: {hosts: {h1: }}\n");
    folder.write("host_vars/h1.yml", fmt::format("deployment_environment: lab\n"
                                                 "telemetry:\n"
                                                 "  backends:\n"
                                                 "    loki:\n"
                                                 "      basic_auth:\n"
                                                 "        username: me\n"
                                                 "        password: {}\n",
                                                 password));
    compiler::cli::CompileCommand command;
    command.inventory = folder.path() / "inventory";
    command.out = folder.path() / "out";
    command.check.catalog = components::catalog();
    const compiler::emit::CommandResult result = compiler::cli::run_compile(command);
    CAPTURE(result.out);
    CAPTURE(result.err);
    REQUIRE(result.exit_code == 0);
    const std::string config = base::read_file(folder.path() / "out/h1/config.river").value();
    CHECK(config.find("password = sys.env(\"LOKI_PASSWORD\")") != config.npos);
  }
}

TEST_CASE("compile: what looks like a template of a host's folder in a tree") {
  Folder folder;
  folder.write("inventory/hosts.yml", "all: {hosts: {h1: , h2: }}\n");
  folder.write("group_vars/all.yml", "deployment_environment: lab\n");
  folder.write("alloy/config.alloy.j2",
               "fleet.journal \"systemd\" { }\n\n"
               "fleet.backends \"default\" { }\n");
  folder.write("alloy/h1/config.aloy.j2", "\n");
  folder.write("alloy/h2/alloy.alloy.j2", "\n");
  folder.write("alloy/parts/some.alloy.j2", "\n");
  compiler::cli::CompileCommand command;
  command.inventory = folder.path() / "inventory";
  command.out = folder.path() / "out";
  command.check.catalog = components::catalog();
  command.check.read.alloy_dir = folder.path() / "alloy";
  const compiler::emit::CommandResult result = compiler::cli::run_compile(command);
  for (const char* file : {"h1/config.aloy.j2:1:1", "h2/alloy.alloy.j2:1:1"}) {
    CAPTURE(file);
    CHECK(result.out.find(file) != std::string::npos);
  }
  CHECK(result.out.find("parts") == std::string::npos);
}

TEST_CASE("validate: a template is checked with the inventory beside it") {
  Folder folder;
  folder.write("inventory/hosts.yml", "all: {hosts: {h1: }}\n");
  folder.write("group_vars/all.yml", "deployment_environment: lab\n");
  folder.write("templates/default.river",
               "fleet.journal \"systemd\" { }\n\n"
               "fleet.backends \"default\" { }\n");
  folder.write("templates/h1.river.j2", "// {{ nope }}\n");
  for (const char* path : {"templates", "templates/default.river", "templates/h1.river.j2"}) {
    CAPTURE(path);
    compiler::cli::ValidateOptions options;
    options.paths = {folder.path() / path};
    options.check.catalog = components::catalog();
    const compiler::emit::CommandResult result = compiler::cli::run_validate(options);
    CAPTURE(result.out);
    CHECK(result.out.find("h1.river.j2:1:1: host h1: 'nope' is undefined") != std::string::npos);
    CHECK(result.err.find("1 host, 1 error, 0 warnings") != std::string::npos);
  }
}

TEST_CASE("compile: usage and I/O") {
  Folder folder;
  compiler::cli::CompileCommand command;
  command.out = folder.path();
  command.check.catalog = components::catalog();
  command.hosts = {"pukc"};
  const compiler::emit::CommandResult unknown = compiler::cli::run_compile(command);
  CHECK(unknown.exit_code == 2);
  CHECK(unknown.err.find("did you mean \"puck\"?") != std::string::npos);
  command.hosts = {};
  command.inventory = "no/such/inventory";
  CHECK(compiler::cli::run_compile(command).exit_code == 2);
  CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("compile: warnings that are denied are as errors, those that a comment accepts are not") {
  Folder folder;
  const auto compile = [&](std::string_view hostname, bool strict) {
    support::unpack("== inventory/hosts.yml\nall: {hosts: {h1: }}\n", folder);
    folder.write(
        "host_vars/h1.yml",
        fmt::format("deployment_environment: lab\ntelemetry:\n  hostname: {}\n", hostname));
    compiler::cli::CompileCommand command;
    command.inventory = folder.path() / "inventory";
    command.out = folder.path() / "out";
    command.strict = strict;
    command.check.catalog = components::catalog();
    const auto result = compiler::cli::run_compile(command);
    const bool is_written = fs::exists(command.out / "h1" / "config.river");
    fs::remove_all(command.out);
    CHECK(is_written == (result.exit_code == 0));
    return result;
  };
  CHECK(compile("", false).exit_code == 0);
  const auto denied = compile("", true);
  CHECK(denied.exit_code == 1);
  CHECK(denied.err == "1 host, 0 errors, 1 warning\nnothing was written\n");
  const auto accepted = compile("# cfgc: allow F034 for now", true);
  CHECK(accepted.exit_code == 0);
  CHECK(accepted.err.starts_with("1 host, 0 errors, 0 warnings, 1 accepted by comments\n"));
  CHECK(compile("# cfgc: allow F034", true).exit_code == 1);
}

TEST_CASE("validate: findings as JUnit reads them") {
  Folder folder;
  support::unpack("== a.river\nlogging {\n  level = \"<&\"\n}\n", folder);
  compiler::cli::ValidateOptions options;
  options.paths = {folder.path() / "a.river"};
  options.check.catalog = components::catalog();
  options.check.junit = true;
  const std::string wrong = compiler::cli::run_validate(options).out;
  CHECK(wrong.find("<testsuite name=\"cfgc\" tests=\"1\" failures=\"1\">") != wrong.npos);
  CHECK(wrong.find("a.river\" name=\"C025 line 2\">") != wrong.npos);
  CHECK(wrong.find("&quot;level&quot;: &quot;&lt;&amp;&quot; is not one of") != wrong.npos);
  CHECK(wrong.find("<&") == wrong.npos);
  folder.write("a.river", "logging { }\n");
  const std::string right = compiler::cli::run_validate(options).out;
  CHECK(right.find("tests=\"1\" failures=\"0\"") != right.npos);
}

TEST_CASE("validate: every kind of path") {
  struct Case {
    std::string_view path, summary;
    int exit_code;
  };
  for (const Case& c :
       {Case{"host_vars", "9 hosts, 0 errors, 0 warnings\n", 0},
        {"host_vars/puck.yml", "1 host, 0 errors, 0 warnings\n", 0},
        {"group_vars/ouranos.yml", "9 hosts, 0 errors, 0 warnings\n", 0},
        {"inventory", "9 hosts, 0 errors, 0 warnings\n", 0},
        {"inventory/hosts.yml", "9 hosts, 0 errors, 0 warnings\n", 0},
        {"tests/golden/compile/puck", "1 configuration, 0 errors, 0 warnings\n", 0},
        {"tests/golden/compile/puck/config.river", "1 configuration, 0 errors, 0 warnings\n", 0},
        {"ansible/roles/tributary/templates/status.j2",
         "cfgc: ansible/roles/tributary/templates/status.j2: a Jinja template is checked with its "
         "inventory: cfgc validate INVENTORY\n"
         "0 hosts, 0 errors, 0 warnings\n",
         2},
        {"nowhere",
         "cfgc: nowhere: no such file or directory\n"
         "0 hosts, 0 errors, 0 warnings\n",
         2}}) {
    CAPTURE(c.path);
    compiler::cli::ValidateOptions options;
    options.paths = {c.path};
    options.check.catalog = components::catalog();
    const compiler::emit::CommandResult result = compiler::cli::run_validate(options);
    CHECK(result.out == "");
    CHECK(result.err == c.summary);
    CHECK(result.exit_code == c.exit_code);
  }
}

}  // namespace

TEST_CASE("compile: of several files that change nobody sees a part") {
  Folder folder;
  const fs::path out = folder.path() / "out";
  REQUIRE(compile_sample_fleet(out).exit_code == 0);
  const auto first = files_below(out);
  folder.write("out/puck/config.river", "old");
  folder.write("out/ariel/config.river", "old");
  folder.write("out/README.md", "ours");
  folder.write("out/gone/config.river", "of a host that is not there");
  fs::create_symlink("README.md", out / "link");
  fs::permissions(out, fs::perms::owner_all | fs::perms::group_read);
  // Who reads by a descriptor of the folder sees the old state whole.
  const int before = open(out.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  REQUIRE(before >= 0);
  REQUIRE(compile_sample_fleet(out).exit_code == 0);
  const fs::path seen = fmt::format("/proc/self/fd/{}", before);
  CHECK(!fs::exists(seen / "puck"));  // It is removed once it is replaced.
  close(before);
  auto now = files_below(out);
  CHECK(now.at("README.md") == "ours");
  CHECK(fs::read_symlink(out / "link") == "README.md");
  CHECK(fs::status(out).permissions() == (fs::perms::owner_all | fs::perms::group_read));
  for (const char* other : {"README.md", "link", "gone/config.river"}) now.erase(other);
  CHECK(now == first);
  const auto entries = fs::directory_iterator(folder.path());
  CHECK(std::distance(begin(entries), end(entries)) == 1);
}
