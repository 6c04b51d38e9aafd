#include "compiler/ask/target.h"

#include <doctest/doctest.h>
#include <fmt/ranges.h>

#include "tests/support/folder.h"

using namespace compiler::ask;

namespace {

constexpr std::chrono::seconds kConnect{10};

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, "|"));
}

}  // namespace

TEST_CASE("target: words as a shell splits them") {
  struct Case {
    const char *text, *want;
  };
  for (const Case& c :
       {Case{"", ""}, Case{"  ", ""}, Case{"a  b", "a|b"}, Case{"'a b' c", "a b|c"},
        Case{R"(-o ProxyCommand="ssh -W %h:%p gate")", "-o|ProxyCommand=ssh -W %h:%p gate"},
        Case{R"(a\ b "c\"d" 'e\f')", R"(a b|c"d|e\f)"}, Case{"''", ""}, Case{"'' x", "|x"}}) {
    CAPTURE(c.text);
    const auto words = split_words(c.text);
    REQUIRE(words);
    CHECK(joined(*words) == c.want);
  }
  CHECK(!split_words("'open"));
}

TEST_CASE("target: the command that asks a host") {
  const std::string ask = "tributary|status|--format|json|--server.http.listen-addr|";
  const std::string ssh = "ssh|-o|BatchMode=yes|-o|ConnectTimeout=10|";
  struct Case {
    Variables variables;
    std::string want;  ///< empty: it fails
  };
  for (const Case& c : {
           Case{{}, ssh + "--|puck|" + ask + "127.0.0.1:12345"},
           Case{{{"ansible_host", "10.0.0.7"}, {"ansible_port", "2222"}, {"ansible_user", "root"}},
                ssh + "-p|2222|-l|root|--|10.0.0.7|" + ask + "127.0.0.1:12345"},
           Case{{{"ansible_ssh_private_key_file", "/k"},
                 {"ansible_ssh_common_args", "-F 'my file'"}},
                ssh + "-i|/k|-F|my file|--|puck|" + ask + "127.0.0.1:12345"},
           Case{{{"ansible_connection", "local"}, {"tributary_http_address", "[::1]:9"}},
                ask + "[::1]:9"},
           Case{{{"ansible_connection", "docker"}}, ""},
           Case{{{"tributary_flavor", "alloy"}}, ""},
           Case{{{"tributary_http_address", "x; reboot"}}, ""},
           Case{{{"ansible_ssh_common_args", "'"}}, ""},
       }) {
    CAPTURE(c.want);
    const auto command = command_of("puck", c.variables, kConnect);
    CHECK((command ? joined(*command) : "") == c.want);
  }
}

TEST_CASE("target: variables of an inventory, with Jinja and vault") {
  const support::Folder folder;
  folder.write("inventory/hosts.yml", R"(all:
  vars: {ansible_user: deploy, domain: lab}
  hosts:
    puck: {ansible_host: "{{ inventory_hostname }}.{{ domain }}"}
    oberon: {ansible_port: 2222}
    ariel: {ansible_host: [1]}
    titania:
      ansible_host: !vault |
        $ANSIBLE_VAULT;1.1;AES256
        00
)");
  river::diag::SourceMap sources;
  river::diag::Diagnostics diagnostics;
  auto inventory = compiler::inventory::load_inventory({folder.path() / "inventory", {}, {}},
                                                       sources, diagnostics);
  const auto targets =
      targets_of(inventory, {"puck", "oberon", "ariel", "titania"}, kConnect, diagnostics);
  REQUIRE(targets.size() == 4);
  CHECK(joined(targets[0].command).find("-l|deploy|--|puck.lab|tributary") != std::string::npos);
  CHECK(joined(targets[1].command).find("-p|2222|-l|deploy|--|oberon|") != std::string::npos);
  CHECK(targets[2].command.empty());
  CHECK(targets[2].problem == "ansible_host is a list, not text");
  CHECK(targets[3].problem == "ansible_host is encrypted");
}
