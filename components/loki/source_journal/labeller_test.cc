#include "components/loki/source_journal/labeller.h"

#include <doctest/doctest.h>
#include <re2/re2.h>

namespace components::loki::source_journal {
namespace {

using telemetry::relabel::Action;
using telemetry::relabel::Rule;

std::shared_ptr<const re2::RE2> anchored(std::string_view source) {
  return std::make_shared<re2::RE2>("^(?s:" + std::string(source) + ")$");
}

EntryFields fields(std::vector<telemetry::Label> list) {
  EntryFields out;
  for (const auto& [name, value] : list) out.set(name, value);
  return out;
}

const telemetry::Labels kBase({{"job", "loki.source.journal.x"}, {"env", "prod"}});

Rule copy(std::string source, std::string target) {
  return {.source_labels = {std::move(source)},
          .regex = anchored("(.*)"),
          .target_label = std::move(target)};
}

}  // namespace

TEST_CASE("labeller: which fields the rules need") {
  Labeller labeller(kBase, {copy("__journal__systemd_unit", "unit"),
                            copy("__journal_priority_keyword", "level"),
                            {.regex = anchored("tmp_.*"), .action = Action::labeldrop},
                            {.source_labels = {"__journal__hostname"},
                             .regex = anchored("(.*)"),
                             .target_label = "__journal_syslog_identifier",
                             .action = Action::dropequal}});
  CHECK_FALSE(labeller.wants_all());
  for (const char* wanted : {"_SYSTEMD_UNIT", "PRIORITY", "_HOSTNAME", "SYSLOG_IDENTIFIER"})
    CHECK(labeller.wants(wanted));
  for (const char* unwanted : {"MESSAGE", "_PID", "SYSTEMD_UNIT"})
    CHECK_FALSE(labeller.wants(unwanted));
}

TEST_CASE("labeller: labels of an entry") {
  struct Case {
    const char* what;
    RelabelRules rules;
    std::vector<telemetry::Label> entry;
    std::string want;
  };
  const std::vector<telemetry::Label> ssh = {
      {"_SYSTEMD_UNIT", "ssh.service"}, {"PRIORITY", "4"}, {"_COMM", "sshd"}};
  const std::string base = R"(env="prod", job="loki.source.journal.x")";
  const std::vector<Case> cases = {
      {"no rules: base labels only", {}, ssh, "{" + base + "}"},
      {"a field as a label",
       {copy("__journal__systemd_unit", "unit")},
       ssh,
       "{" + base + R"(, unit="ssh.service"})"},
      {"an absent field sets nothing",
       {copy("__journal__systemd_unit", "unit")},
       {{"PRIORITY", "4"}},
       "{" + base + "}"},
      {"priority as a word",
       {copy("__journal_priority_keyword", "level")},
       ssh,
       R"({env="prod", job="loki.source.journal.x", level="warning"})"},
      {"an odd priority stays as it is",
       {copy("__journal_priority_keyword", "level")},
       {{"PRIORITY", "12"}},
       R"({env="prod", job="loki.source.journal.x", level="12"})"},
      {"labelmap sees every field",
       {{.regex = anchored("__journal__(.+)"), .replacement = "$1", .action = Action::labelmap}},
       ssh,
       R"({comm="sshd", env="prod", job="loki.source.journal.x", systemd_unit="ssh.service"})"},
      {"rules may replace the job",
       {copy("__journal__comm", "job")},
       ssh,
       R"({env="prod", job="sshd"})"},
      {"dropped",
       {{.source_labels = {"__journal__systemd_unit"},
         .regex = anchored("ssh.*"),
         .action = Action::drop}},
       ssh,
       "dropped"},
      {"left without labels",
       {{.regex = anchored("env|job"), .action = Action::labeldrop}},
       ssh,
       "dropped"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.what);
    Labeller labeller(kBase, c.rules);
    for (int again = 0; again < 2; ++again) {  // The second answer is the remembered one.
      const telemetry::Labels* labels = labeller.labels(fields(c.entry));
      CHECK((labels ? telemetry::to_stream_text(*labels) : "dropped") == c.want);
    }
  }
}

TEST_CASE("labeller: remembered by values, not by their concatenation") {
  Labeller labeller(kBase, {copy("__journal_a", "a"), copy("__journal_b", "b")});
  CHECK(labeller.labels(fields({{"A", "xy"}, {"B", "z"}}))->get("a") == "xy");
  CHECK(labeller.labels(fields({{"A", "x"}, {"B", "yz"}}))->get("a") == "x");
  CHECK(labeller.labels(fields({{"A", std::string(5000, 'l')}}))->get("a").size() == 5000);
  for (int i = 0; i < 10000; ++i)
    CHECK(labeller.labels(fields({{"A", std::to_string(i)}}))->get("a") == std::to_string(i));
}

TEST_CASE("entry fields: the last value of a repeated field, memory reused") {
  EntryFields entry = fields({{"MESSAGE", "one"}, {"A", "1"}, {"A", "2"}});
  CHECK(entry.get("A") == "2");
  CHECK(entry.size() == 2);
  entry.clear();
  CHECK(entry.get("MESSAGE") == "");
  entry.set("B", "3");
  CHECK(entry.size() == 1);
  CHECK(entry.get("B") == "3");
}

TEST_CASE("json line") {
  std::string out = "before ";
  append_json_line(out, fields({{"_PID", "7"}, {"MESSAGE", "a \"b\"\\\n\t\x01 \xc3\xa9 \xff."}}));
  CHECK(out ==
        "before {\"MESSAGE\":\"a \\\"b\\\"\\\\\\n\\t\\u0001 \xc3\xa9 \xef\xbf\xbd.\","
        "\"_PID\":\"7\"}");
  out.clear();
  append_json_line(out, {});
  CHECK(out == "{}");
}

}  // namespace components::loki::source_journal
