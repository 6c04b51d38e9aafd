
#include <doctest/doctest.h>

#include "base/program.h"
#include "compiler/inventory/inventory_parts.h"
#include "compiler/inventory/python.h"
#include "tests/support/archive.h"

/// These use the real ansible-core, which scripts/setup installs.
namespace {

using namespace compiler::inventory;
namespace yaml = compiler::yaml;
namespace fs = std::filesystem;

struct Asked {
  river::diag::SourceMap sources;
  river::diag::Diagnostics diagnostics;
  Inventory inventory;

  Asked(const support::Folder& folder, const std::string& path, ReadOptions read = {},
        std::vector<fs::path> more = {}) {
    inventory = load_inventory({folder.path() / path, {}, {}, std::move(more), std::move(read)},
                               sources, diagnostics);
  }
  std::string value(std::string_view host, std::string_view variable) const {
    const HostEntry* entry = inventory.find_host(host);
    const yaml::Pair* pair = entry != nullptr ? entry->find(variable) : nullptr;
    return pair != nullptr ? std::string(pair->value->text) : "none";
  }
  std::string hosts() const { return fmt::format("{}", fmt::join(inventory.host_names(), " ")); }
  std::string errors() const {
    std::string all;
    for (const base::Error& error : inventory.io_errors) all += error.message + "\n";
    return all;
  }
};

/// What is written where a variable's value, a host or a group is placed.
std::string written(const Asked& asked, river::diag::Span place) {
  const river::diag::SourceFile* file = asked.sources.file(place.begin);
  return file != nullptr ? file->text.substr(place.begin - file->base, place.end - place.begin)
                         : "";
}

TEST_CASE("ansible: variables of INI files stand where they are written") {
  const support::Folder folder;
  support::unpack(
      "== hosts.ini\n"
      "# h1 a=no\n"
      "h1:22 a=1 b=\"two words\"  c='x' # d=4\n"
      "[web]\n"
      "web[01:03] a=3 ansible_host=10.0.0.1\n"
      "[web:vars]\n"
      "e = 5 five\n",
      folder);
  const Asked asked(folder, "hosts.ini");
  struct Case {
    std::string_view host, variable, at, value;
  };
  for (const Case& c : {Case{"h1", "a", "a", "1"}, Case{"h1", "b", "b", "\"two words\""},
                        Case{"h1", "c", "c", "'x'"}, Case{"web02", "a", "a", "3"},
                        Case{"web03", "e", "e", "5 five"}}) {
    CAPTURE(c.host);
    CAPTURE(c.variable);
    const HostEntry* host = asked.inventory.find_host(c.host);
    REQUIRE(host != nullptr);
    const yaml::Pair* pair = host->find(c.variable);
    REQUIRE(pair != nullptr);
    CHECK(written(asked, pair->key_span) == c.at);
    CHECK(written(asked, pair->value->span) == c.value);
  }
  CHECK(written(asked, asked.inventory.find_host("h1")->span) == "h1:22");
  CHECK(written(asked, asked.inventory.find_host("web02")->span) == "web[01:03]");
}

constexpr std::string_view kIni = R"(== hosts.ini
h1 ansible_host=10.0.0.1

[web]
web[1:2]:2222

[db]
web1

[web:vars]
v=web
kairos_syslog_port=51412

[db:vars]
v=db
ansible_group_priority=9

[lab:children]
web
db
== group_vars/lab.yml
w: lab
== host_vars/web2.yml
x: web2
)";

TEST_CASE("ansible: an INI inventory, with variables from files beside it") {
  support::Folder folder;
  support::unpack(kIni, folder);
  const Asked asked(folder, "hosts.ini");
  REQUIRE(asked.errors() == "");
  CHECK(asked.diagnostics.empty());
  CHECK(asked.hosts() == "h1 web1 web2");
  struct Case {
    std::string_view host, variable, value;
  };
  for (const Case& c : {Case{"web1", "ansible_port", "2222"},
                        {"web1", "v", "db"},  // By the priority; by the name it would be web.
                        {"web1", "kairos_syslog_port", "51412"},
                        {"web2", "w", "lab"},
                        {"web2", "x", "web2"},
                        {"h1", "ansible_host", "10.0.0.1"}}) {
    CAPTURE(c.host);
    CAPTURE(c.variable);
    CHECK(asked.value(c.host, c.variable) == c.value);
  }
  const auto place = asked.sources.position(asked.inventory.find_host("h1")->span.begin);
  CHECK(place.file == (folder.path() / "hosts.ini").string());
  CHECK(place.line == 1);
  CHECK(Inventory::group_order(*asked.inventory.find_host("h1"))[0]->name == "ungrouped");
}

constexpr std::string_view kScript = R"(== hosts.py
#!/bin/sh
echo '{"_meta": {"hostvars": {"s1": {"v": "script"}}}, "web": {"hosts": ["s1"]}}'
== built.yml
plugin: ansible.builtin.constructed
strict: false
groups:
  named: v == "script"
== hosts.yml
all:
  hosts: {y1: }
== group_vars/named.yml
w: constructed
)";

TEST_CASE("ansible: scripts and plugins, together with YAML, run when that is allowed") {
  support::Folder folder;
  support::unpack(kScript, folder);
  fs::permissions(folder.path() / "hosts.py", fs::perms::owner_exec, fs::perm_options::add);
  const std::vector<fs::path> more = {folder.path() / "hosts.yml", folder.path() / "built.yml"};
  const Asked asked(folder, "hosts.py", {}, more);
  REQUIRE(asked.errors() == "");
  CHECK(asked.hosts() == "s1 y1");
  CHECK(asked.value("s1", "v") == "script");
  CHECK(asked.value("s1", "w") == "constructed");
  ReadOptions read;
  read.run_scripts = false;
  const Asked refused(folder, "hosts.py", read, more);
  CHECK(refused.errors().find("an inventory script is a program, which is not run here") !=
        std::string::npos);
}

TEST_CASE("ansible: without it there is one sentence that says what to do") {
  support::Folder folder;
  support::unpack(kIni, folder);
  const std::string path = getenv("PATH");
  setenv("PATH", "/nowhere", 1);
  const Asked asked(folder, "hosts.ini");
  setenv("PATH", path.c_str(), 1);
  CHECK(asked.diagnostics.empty());
  REQUIRE(asked.inventory.io_errors.size() == 1);
  CHECK(asked.errors().find("an INI inventory is read by Ansible: install ansible-core, or convert "
                            "it where there is one: ansible-inventory -i ") != std::string::npos);
}

TEST_CASE("ansible: what is read by cfgc itself") {
  support::Folder folder;
  struct Case {
    std::string_view name, text;
    bool for_ansible;
  };
  for (const Case& c : {Case{"a.yml", "all:\n  hosts: {a: }\n", false},
                        {"hosts", "# c\n\nall:\n  hosts: {a: }\n", false},
                        {"hosts", "---\nall:\n", false},
                        {"hosts", "all: {hosts: {a: }}\n", false},
                        {"hosts", "{\"_meta\": {}}\n", false},
                        {"hosts", "$ANSIBLE_VAULT;1.1;AES256\n", false},
                        {"hosts", "", false},
                        {"hosts", "[web]\na\n", true},
                        {"hosts", "a:2222\n", true},
                        {"hosts", "; c\na ansible_host=b\n", true},
                        {"a.ini", "a\n", true},
                        {"a.yml", "# c\nplugin: x\n", true},
                        {"a.yml", "plugin:\n  hosts: {a: }\n", false}}) {
    CAPTURE(c.text);
    folder.write(c.name, c.text);
    CHECK(is_for_ansible(folder.path() / c.name) == c.for_ansible);
  }
}

/// A folder with an encrypted vars file and a file with its password.
struct Vault {
  support::Folder folder;

  Vault() {
    support::unpack(R"(== hosts.yml
all:
  hosts: {h1: }
== group_vars/all/vault.yml
deployment_environment: lab
kairos_syslog_port: 51412
vault_password: hunter2
vault_list: [{token: hunter3}]
telemetry:
  backends:
    loki:
      basic_auth: {username: u, password: hunter4}
== password
open sesame
== wrong
open barley
)",
                    folder);
    const auto done = base::run_program({"ansible-vault", "encrypt", "--vault-password-file",
                                         folder / "password", folder / "group_vars/all/vault.yml"});
    REQUIRE(done);
    REQUIRE(done->exit_code == 0);
  }
};

TEST_CASE("vault: files are opened with a password, and what is secret in them stays closed") {
  const Vault vault;
  ReadOptions read;
  read.vault_password_files = {vault.folder / "password"};
  const Asked asked(vault.folder, "hosts.yml", read);
  REQUIRE(asked.errors() == "");
  CHECK(asked.diagnostics.empty());
  CHECK(asked.inventory.closed_files == 0);
  CHECK(asked.value("h1", "deployment_environment") == "lab");
  CHECK(asked.value("h1", "kairos_syslog_port") == "51412");
  const HostEntry& host = *asked.inventory.find_host("h1");
  CHECK(yaml::is_encrypted(*host.find("vault_password")->value));
  CHECK(yaml::find_encrypted(*host.find("vault_list")->value) != nullptr);
  CHECK(asked.sources.text(host.find("vault_password")->value->span).starts_with("$ANSIBLE_VAULT"));
}

TEST_CASE("vault: the environment names the password file, too, a wrong one is an error") {
  const Vault vault;
  setenv("ANSIBLE_VAULT_PASSWORD_FILE", (vault.folder / "password").c_str(), 1);
  const Asked opened(vault.folder, "hosts.yml");
  unsetenv("ANSIBLE_VAULT_PASSWORD_FILE");
  CHECK(opened.value("h1", "deployment_environment") == "lab");
  ReadOptions read;
  read.vault_password_files = {vault.folder / "wrong"};
  const Asked wrong(vault.folder, "hosts.yml", read);
  REQUIRE(wrong.diagnostics.size() == 1);
  CHECK(wrong.diagnostics.items()[0].code == "F015");
  const Asked closed(vault.folder, "hosts.yml");
  CHECK(closed.diagnostics.empty());
  CHECK(closed.inventory.closed_files == 1);
}

}  // namespace
