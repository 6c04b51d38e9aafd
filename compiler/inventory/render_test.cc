#include "compiler/inventory/render.h"

#include <doctest/doctest.h>

#include "compiler/inventory/render_request.h"
#include "river/diag/render.h"
#include "tests/support/archive.h"

namespace {

using namespace compiler::inventory;
namespace yaml = compiler::yaml;

/// A fleet with one expression in h1's variable x, rendered.
struct RenderedValue {
  support::Folder folder;
  river::diag::SourceMap sources;
  river::diag::Diagnostics diagnostics;
  Inventory inventory;
  const yaml::Node* value = nullptr;

  explicit RenderedValue(std::string_view expression) {
    support::unpack(R"(== hosts.yml
web:
  hosts: {h1.lan: , h2: {rack: "{{ row }}2", row: b}}
  vars: {row: a, ratio: 0.5, on: yes, list: [1, two], map: {k: v}}
db:
  hosts: {h2: }
)",
                    folder);
    folder.write(
        "host_vars/h1.lan.yml",
        fmt::format("x: >-\n  {}\nsafe: !unsafe \"{{{{ nothing }}}}\"\nlazy: \"{{{{ never }}}}\"\n"
                    "secret: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6162\n",
                    expression));
    inventory = load_inventory({folder.path() / "hosts.yml"}, sources, diagnostics);
    const HostEntry* host = inventory.find_host("h1.lan");
    RenderJob job{host, {}};
    collect_templated(*host->find("x")->value, job);
    const auto rendered = render({job}, inventory, diagnostics);
    value = with_rendered(*host->find("x")->value, rendered[0], *inventory.arena);
  }
  std::string text() const {
    std::string all;
    for (const auto& one : diagnostics.items())
      all += fmt::format("[{}] {}", one.code, one.message);
    if (!all.empty()) return all;
    if (yaml::is_encrypted(*value)) return "encrypted";
    if (value->kind == yaml::Kind::scalar) return std::string(value->text);
    for (const yaml::Node* item : value->items) all += fmt::format("{} ", item->text);
    return all;
  }
};

TEST_CASE("render: variables, and the names that Ansible gives") {
  struct Case {
    std::string_view expression, text;
  };
  for (const Case& c :
       {Case{"{{ inventory_hostname }} {{ inventory_hostname_short }}", "h1.lan h1"},
        {"{{ group_names | join(',') }} {{ groups.db | join(',') }}", "web h2"},
        {"{{ hostvars['h2'].rack }}", "b2"},
        {"{{ hostvars['h2'].rack if 'h2' in groups['all'] else '' }}", "b2"},
        {"{{ ratio * 2 }}", "1.0"},
        {"{{ list }}", "1 two "},
        {"{{ vars['ro' ~ 'w'] }}{{ lookup('vars', 'row') }}", "aa"},
        {"{{ lookup('vars', 'none', default='d') }}", "d"},
        {"{{ safe }}", "{{ nothing }}"},
        {"{{ 'y' if on else lazy }}", "y"},
        {"{{ ansible_host }}", "h1.lan"},
        {"{% for i in list %}{{ i }}{% endfor %}", "1two"}}) {
    CAPTURE(c.expression);
    CHECK(RenderedValue(c.expression).text() == c.text);
  }
}

TEST_CASE("render: what needs no Jinja2 is what Jinja2 makes") {
  river::diag::SourceMap sources;
  river::diag::Diagnostics diagnostics;
  support::Folder folder;
  support::unpack(R"(== hosts.yml
all:
  hosts: {h1.lan: , h2: }
  vars: {zone: "{{ row }}-z", row: b, port: 514, flag: yes, list: [1], quoted: "12",
         secret: !vault x, one: "{{ two }}", two: "{{ one }}", odd: "{{ row | upper }}"}
)",
                  folder);
  Inventory inventory = load_inventory({folder.path() / "hosts.yml"}, sources, diagnostics);
  const HostEntry& host = *inventory.find_host("h1.lan");
  struct Case {
    std::string_view text, want;
  };
  for (const Case& c : {Case{"{{ inventory_hostname }}.x", "h1.lan.x"},
                        {"{{inventory_hostname_short}}", "h1"},
                        {"/srv/{{ zone }}/{{ row }}", "/srv/b-z/b"},
                        {"a{{ quoted }}", "a12"}}) {
    CAPTURE(c.text);
    CHECK(simple_text(c.text, host) == std::string(c.want));
  }
  for (const std::string_view text :
       {"{{ port }}", "a{{ port }}", "{{ flag }}", "a{{ flag }}", "{{ list }}", "{{ quoted }}",
        "{{ one }}", "{{ odd }}", "x{{ secret }}", "{{ none_such }}", "{{ row | upper }}",
        "{{ row }", "{% if row %}a{% endif %}", "{{ row }}{# no #}", "[{{ row }}]",
        "tr{{ quoted }}\n", "{{ 'a' }}", "{{- row }}"}) {
    CAPTURE(text);
    CHECK(!simple_text(text, host));
  }
}

TEST_CASE("render: Jinja2's filters, which can import nothing any more, and powers") {
  struct Case {
    std::string_view expression, text;
  };
  for (const Case& c :
       {Case{"{{ 'a b' | wordwrap(1, true, '-') }}", "a-b"},
        {"{{ '<b>a &amp; b</b>' | striptags }}", "a & b"},
        {"{{ 'x.org' | urlize }} {{ ['a'] | pprint }}", "x.org ['a']"},
        {"{{ map | tojson }} {{ map | xmlattr }} {{ map | urlencode }}",
         R"({"k": "v"}  k="v" k=v)"},
        {"{{ 'a-b c' | title }} {{ 2048 | filesizeformat(true) }} {{ 'abc' | truncate(3) }}",
         "A-B C 2.0 KiB abc"},
        {"{{ list | batch(1) | list | length }} {{ 'x' | forceescape }} {{ 'a b' | wordcount }}",
         "2 x 2"},
        {"{{ 9 ** 9 ** 9 == 9 ** 81 }}", "true"},  // From the left, as Jinja2 has it.
        {"{{ 9 ** (9 ** 9) }}", "[F013] host h1.lan: 9 ** 387420489 is too large"},
        {"{{ (10 ** 1000) ** 99 }}",
         "[F013] host h1.lan: a number of 3322 bits ** 99 is too large"}}) {
    CAPTURE(c.expression);
    CHECK(RenderedValue(c.expression).text() == c.text);
  }
}

TEST_CASE("render: the filters and tests of ansible-core") {
  struct Case {
    std::string_view expression, text;
  };
  for (const Case& c :
       {Case{"{{ on | ternary('a', 'b') }}", "a"},
        {"{{ 'a.b' | regex_replace('\\\\.', '-') }}", "a-b"},
        {"{{ map | combine({'l': 'w'}) | dict2items | map(attribute='value') | list }}", "v w "},
        {"{{ '1.10' is version('1.9', '>') }}", "true"},
        {"{{ 'x' | ansible.builtin.b64encode }}", "eA=="}}) {
    CAPTURE(c.expression);
    CHECK(RenderedValue(c.expression).text() == c.text);
  }
}

TEST_CASE("render: what reaches beyond the host's variables is refused") {
  for (const std::string_view expression :
       {"{{ ''.__class__ }}", "{{ lookup('file', '/etc/passwd') }}", "{{ '/etc/*' | fileglob }}",
        "{{ '$HOME' | expandvars }}", "{{ '/etc' is directory }}", "{{ [1] | random }}",
        "{{ self.__init__.__globals__ }}", "{{ cycler.next.__globals__ }}",
        "{% include '/etc/passwd' %}", "{{ list.append(1) }}", "{{ hostvars._layers }}",
        "{{ 9 ** 99999 }}", "{{ 'a' * 9999999 }}", "{{ range(9999999) | list }}"}) {
    CAPTURE(expression);
    CHECK(RenderedValue(expression).text().starts_with("[F013] host h1.lan: "));
  }
}

TEST_CASE("render: a text that does not end is given up") {
  CHECK(RenderedValue(
            "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}")
            .text()
            .find("it takes longer than") != std::string::npos);
}

TEST_CASE("render: an encrypted value is handed on, and nothing else") {
  struct Case {
    std::string_view expression, text;
  };
  constexpr std::string_view kRefused =
      "[F051] host h1.lan: secret is encrypted and would become text";
  for (const Case& c : {Case{"{{ secret }}", "encrypted"},
                        {"{{ secret | default('x') }}", "encrypted"},
                        {"{{ 'y' if secret is defined else 'n' }}", "y"},
                        {"a{{ secret }}", kRefused},
                        {"{{ secret ~ 'a' }}", kRefused},
                        {"{{ secret | length }}", kRefused},
                        {"{{ secret | upper }}", kRefused},
                        {"{{ secret | b64encode }}", kRefused},
                        {"{{ secret | to_json }}", kRefused},
                        {"{{ {'a': [secret]} | tojson }}", kRefused},
                        {"{{ '%s' % secret }}", kRefused},
                        {"{{ secret == 'guess' }}", kRefused},
                        {"{{ secret[0] }}", kRefused},
                        {"{{ [secret] | string }}", kRefused},
                        {"{{ [secret] | join }}", kRefused}}) {
    CAPTURE(c.expression);
    CHECK(RenderedValue(c.expression).text() == c.text);
  }
}

}  // namespace
