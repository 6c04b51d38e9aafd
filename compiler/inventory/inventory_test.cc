#include "compiler/inventory/inventory.h"

#include <doctest/doctest.h>

#include "compiler/inventory/inventory_parts.h"
#include "river/diag/render.h"
#include "tests/support/archive.h"

namespace {

using namespace compiler::inventory;
namespace yaml = compiler::yaml;

/// An inventory from an archive of files, in a folder of its own.
struct Loaded {
  support::Folder folder;
  river::diag::SourceMap sources;
  river::diag::Diagnostics diagnostics;
  Inventory inventory;

  explicit Loaded(std::string_view archive, const char* path = "inventory",
                  std::vector<std::string> only_hosts = {}, ReadOptions read = {},
                  std::vector<std::string> more = {}) {
    support::unpack(archive, folder);
    InventoryOptions options{folder.path() / path, {}, only_hosts, {}, read};
    for (const std::string& one : more) options.more.push_back(folder.path() / one);
    inventory = load_inventory(options, sources, diagnostics);
  }
  std::string value(std::string_view host, std::string_view variable) const {
    const HostEntry* entry = inventory.find_host(host);
    const yaml::Pair* pair = entry != nullptr ? entry->find(variable) : nullptr;
    return pair != nullptr ? std::string(pair->value->text) : "none";
  }
  std::string place(std::string_view host, std::string_view variable) const {
    const yaml::Pair* pair = inventory.find_host(host)->find(variable);
    const auto at = sources.position(pair->value->span.begin);
    return fmt::format("{}:{}:{}", at.file.substr(folder.path().string().size() + 1), at.line,
                       at.column);
  }
};

// Every layer sets what is weaker than it too: v1 is set everywhere, v9 by the strongest only.
constexpr std::string_view kPrecedence = R"(== inventory/hosts.yml
all:
  vars: {v1: all}
  children:
    parent:
      vars: {v1: parent, v2: parent}
      children:
        child:
          vars: {v1: child, v2: child, v3: child}
          hosts:
            puck: {v1: host, v2: host, v3: host, v4: host, v5: host, v6: host, v7: host}
== inventory/group_vars/all.yml
v1: adjacent all
v2: adjacent all
v3: adjacent all
v4: adjacent all
== group_vars/all.yml
v1: playbook all
v2: playbook all
v3: playbook all
v4: playbook all
v5: playbook all
== inventory/group_vars/child.yml
v4: adjacent child
v5: adjacent child
v6: adjacent child
== group_vars/parent.yml
v6: playbook parent
v7: playbook parent
== host_vars/puck/one.yml
v8: first file
v9: first file
== host_vars/puck/two.yml
v9: second file
)";

TEST_CASE("inventory: Ansible's precedence") {
  const Loaded loaded(kPrecedence);
  CHECK(loaded.diagnostics.empty());
  struct Case {
    std::string_view variable, value;
  };
  for (const Case& c : {Case{"v1", "host"},
                        {"v7", "host"},
                        {"v8", "first file"},
                        {"v9", "second file"},
                        {"v10", "none"}}) {
    CAPTURE(c.variable);
    CHECK(loaded.value("puck", c.variable) == c.value);
  }
}

TEST_CASE("inventory: precedence below the host") {
  std::string archive(kPrecedence);
  archive.replace(archive.find("puck: {"), archive.find("}\n==") - archive.find("puck: {") + 1,
                  "puck:");
  const Loaded loaded(archive);
  struct Case {
    std::string_view variable, value;
  };
  for (const Case& c : {Case{"v1", "playbook all"},
                        {"v3", "playbook all"},
                        {"v4", "adjacent child"},
                        {"v5", "adjacent child"},
                        {"v6", "playbook parent"},
                        {"v7", "playbook parent"}}) {
    CAPTURE(c.variable);
    CHECK(loaded.value("puck", c.variable) == c.value);
  }
  CHECK(loaded.place("puck", "v6") == "group_vars/parent.yml:1:5");
}

TEST_CASE("inventory: siblings go by priority, then by name") {
  constexpr std::string_view kSiblings = R"(== inventory/hosts.yml
a:
  vars: {ansible_group_priority: 10}
  hosts: {puck: }
b:
  hosts: {puck: }
c:
  hosts: {puck: }
== group_vars/a.yml
v: a
== group_vars/b.yml
v: b
w: b
== group_vars/c.yml
v: c
w: c
)";
  const Loaded loaded(kSiblings);
  CHECK(loaded.value("puck", "v") == "a");
  CHECK(loaded.value("puck", "w") == "c");
}

TEST_CASE("inventory: layouts") {
  struct Case {
    std::string_view name, archive, path, hosts;
  };
  for (const Case& c : {
           Case{"one file", "== hosts.yml\nall:\n  hosts: {b: , a: }\n", "hosts.yml", "a b"},
           {"several files",
            "== inventory/1.yml\nweb:\n  hosts: {a: }\n== inventory/2.yml\nweb:\n"
            "  hosts: {b: }\n== inventory/README.md\nno\n",
            "inventory", "a b"},
           {"ranges", "== hosts.yml\nall:\n  hosts:\n    web[01:03]: {x: 1}\n", "hosts.yml",
            "web01 web02 web03"},
           {"json",
            "== hosts.json\n{\"_meta\": {\"hostvars\": {\"a\": {\"x\": 1}}},\n"
            " \"all\": {\"children\": [\"web\"]}, \"web\": {\"hosts\": [\"a\", \"b\"]}}\n",
            "hosts.json", "a b"},
           {"empty", "== hosts.yml\nall:\n", "hosts.yml", ""},
       }) {
    CAPTURE(c.name);
    const Loaded loaded(c.archive, c.path.data());
    CHECK(loaded.diagnostics.empty());
    CHECK(loaded.inventory.io_errors.empty());
    CHECK(fmt::format("{}", fmt::join(loaded.inventory.host_names(), " ")) == c.hosts);
  }
}

TEST_CASE("inventory: hosts with dots, encrypted files, only some hosts") {
  constexpr std::string_view kArchive = R"(== hosts.yml
all:
  hosts: {puck.lan: , oberon: }
== host_vars/puck.lan
v: bare
== host_vars/oberon.yml
$ANSIBLE_VAULT;1.1;AES256
6162
)";
  const Loaded all(kArchive, "hosts.yml");
  CHECK(all.value("puck.lan", "v") == "bare");
  CHECK(all.diagnostics.empty());
  CHECK(all.inventory.closed_files == 1);
  CHECK(all.inventory.find_host("oberon")->closed.size() == 1);
  CHECK(all.inventory.find_host("puck.lan")->closed.empty());
  const Loaded one(kArchive, "hosts.yml", {"puck.lan"});
  CHECK(one.inventory.closed_files == 0);
}

TEST_CASE("inventory: hosts of no group are in ungrouped") {
  constexpr std::string_view kArchive = R"(== hosts.yml
all:
  hosts: {alone: , both: }
ungrouped:
  hosts: {web1: , said: }
web:
  hosts: {web1: , both: }
== group_vars/all.yml
v: all
== group_vars/ungrouped.yml
v: ungrouped
== group_vars/web.yml
w: web
)";
  const Loaded loaded(kArchive, "hosts.yml");
  CHECK(loaded.diagnostics.empty());
  CHECK(loaded.value("alone", "v") == "ungrouped");
  CHECK(loaded.value("said", "v") == "ungrouped");
  CHECK(loaded.value("both", "v") == "all");
  CHECK(loaded.value("web1", "v") == "all");
  const auto groups = Inventory::group_order(*loaded.inventory.find_host("alone"));
  REQUIRE(groups.size() == 1);
  CHECK(groups[0]->name == "ungrouped");
}

TEST_CASE("inventory: groups of JSON without a parent are below all") {
  const Loaded loaded(R"(== hosts.json
{"_meta": {"hostvars": {}}, "web": {"hosts": ["a"], "vars": {"v": "web"}},
 "all": {"vars": {"v": "all"}}}
)",
                      "hosts.json");
  CHECK(loaded.value("a", "v") == "web");
}

TEST_CASE("inventory: ports in the names of hosts") {
  struct Case {
    std::string_view written, name, port;
  };
  for (const Case& c : {Case{"h1:2222", "h1", "2222"},
                        {"web[1:1]:2222", "web1", "2222"},
                        {"web[1:1]", "web1", "none"},
                        {"10.0.0.1:22", "10.0.0.1", "22"},
                        {"[fe80::1]:2222", "fe80::1", "2222"},
                        {"fe80::1", "fe80::1", "none"}}) {
    CAPTURE(c.written);
    const Loaded loaded(fmt::format("== hosts.yml\nall:\n  hosts:\n    \"{}\":\n", c.written),
                        "hosts.yml");
    CHECK(loaded.diagnostics.empty());
    CHECK(fmt::format("{}", fmt::join(loaded.inventory.host_names(), " ")) == c.name);
    CHECK(loaded.value(c.name, "ansible_port") == c.port);
  }
  CHECK(Loaded("== hosts.yml\nall:\n  hosts:\n    h1:2222: {ansible_port: 23}\n", "hosts.yml")
            .value("h1", "ansible_port") == "23");
  CHECK(Loaded("== hosts.yml\nall:\n  hosts: h1:2222\n", "hosts.yml").value("h1", "ansible_port") ==
        "2222");
}

TEST_CASE("inventory: several inventories, one after the other, each with its variables") {
  const Loaded loaded(R"(== one/hosts.yml
web:
  hosts: {a: , b: }
  vars: {v: one, w: one}
== two/hosts.yml
web:
  hosts: {b: , c: }
  vars: {v: two}
== one/group_vars/web.yml
x: one
== two/group_vars/web.yml
x: two
)",
                      "one/hosts.yml", {}, {}, {"two"});
  CHECK(loaded.diagnostics.empty());
  CHECK(fmt::format("{}", fmt::join(loaded.inventory.host_names(), " ")) == "a b c");
  CHECK(loaded.value("a", "v") == "two");
  CHECK(loaded.value("c", "w") == "one");
}

TEST_CASE("inventory: extra variables are the strongest") {
  struct Case {
    std::string argument, value;
  };
  constexpr std::string_view kArchive =
      "== hosts.yml\nall:\n  hosts: {a: {v: host}}\n== extra.yml\nv: file\n";
  for (const Case& c : {Case{"v=pair w='a b'", "pair"},
                        {R"({"v": "json"})", "json"},
                        {"{v: yaml}", "yaml"},
                        {"w=1", "host"}}) {
    CAPTURE(c.argument);
    ReadOptions read;
    read.extra_vars = {c.argument};
    const Loaded loaded(kArchive, "hosts.yml", {}, read);
    CHECK(loaded.diagnostics.empty());
    CHECK(loaded.value("a", "v") == c.value);
  }
  ReadOptions read;
  read.extra_vars = {"v=1 w"};
  CHECK(Loaded(kArchive, "hosts.yml", {}, read).inventory.io_errors.size() == 1);
}

TEST_CASE("inventory: the playbooks' folder") {
  struct Case {
    std::string_view inventory, folder;
  };
  for (const Case& c : {Case{"/fleet/inventory", "/fleet"},
                        {"/fleet/inventory/", "/fleet"},
                        {"/fleet/inventory/hosts.yml", "/fleet"},
                        {"/fleet/inventories/lab/hosts.yml", "/fleet"},
                        {"/fleet/hosts.yml", "/fleet"}}) {
    CAPTURE(c.inventory);
    const auto deduced = std::filesystem::absolute(deduced_playbook_dir(c.inventory));
    CHECK(deduced.lexically_normal() == c.folder);
  }
}

TEST_CASE("host ranges") {
  struct Case {
    std::string_view pattern, names;
  };
  for (const Case& c : {Case{"puck", "puck"},
                        {"web[1:3]", "web1 web2 web3"},
                        {"web[08:10].lan", "web08.lan web09.lan web10.lan"},
                        {"db-[a:c]", "db-a db-b db-c"},
                        {"n[0:6:3]", "n0 n3 n6"},
                        {"r[1:2]h[1:2]", "r1h1 r1h2 r2h1 r2h2"},
                        {"n[3:1]", "error"},
                        {"n[1:", "error"},
                        {"n[x]", "error"},
                        {"n[1:2:0]", "error"},
                        {"n[0:999999999]", "error"}}) {
    CAPTURE(c.pattern);
    const auto names = compiler::inventory::expand_host_range(c.pattern);
    CHECK((names ? fmt::format("{}", fmt::join(*names, " ")) : "error") == c.names);
  }
}

}  // namespace
