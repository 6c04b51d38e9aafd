#include "components/loki/relabel/relabel.h"

#include <doctest/doctest.h>
#include <re2/re2.h>

#include "components/loki/relabel/signature.h"
#include "components/shared/rule/signature.h"

namespace components::loki::relabel {
namespace {

using telemetry::Labels;
using telemetry::LogBatch;

struct Collector final : telemetry::LogReceiver {
  void receive(LogBatch batch) override { batches.push_back(std::move(batch)); }
  std::vector<LogBatch> batches;
};

RuleArguments rule(std::vector<std::string> sources, std::string regex, std::string target,
                   std::string replacement, RuleAction action = RuleAction::replace) {
  RuleArguments out;
  out.source_labels = std::move(sources);
  out.regex = {regex, std::make_shared<re2::RE2>("^(?s:" + regex + ")$")};
  out.target_label = std::move(target);
  out.replacement = std::move(replacement);
  out.action = action;
  return out;
}

struct Fixture {
  base::metrics::Registry registry;
  river::Value exports;
  std::shared_ptr<Collector> sink = std::make_shared<Collector>();
  Arguments arguments;

  Relabel make() {
    arguments.forward_to = {{sink}};
    return Relabel({.id = "loki.relabel.test",
                    .data_dir = {},
                    .metrics = base::metrics::Scope(registry, "loki.relabel.test"),
                    .log = base::Logger("loki.relabel.test"),
                    .publish = [this](river::Value value) { exports = std::move(value); }},
                   arguments);
  }
  telemetry::LogReceiver& receiver() {
    const auto* field = exports.field("receiver");
    REQUIRE(field != nullptr);
    return *static_cast<telemetry::LogReceiver*>(field->as_capsule()->pointer.get());
  }
  bool exposes(std::string_view series) {
    return registry.expose().find(series) != std::string::npos;
  }
};

}  // namespace

TEST_CASE("loki.relabel: labels change, drops are dropped, the rest keeps its order and ack") {
  Fixture f;
  f.arguments.rule = {rule({"level"}, "debug", "", "", RuleAction::drop),
                      rule({"app"}, "(.+)", "job", "$1"),
                      rule({}, "(app|only)", "", "", RuleAction::labeldrop)};
  Relabel component = f.make();
  bool acked = false;
  LogBatch batch;
  batch.ack = telemetry::Ack([&](bool delivered) { acked = delivered; });
  batch.add(1, "one", Labels({{"app", "a"}}));
  batch.add(2, "two", Labels({{"app", "a"}, {"level", "debug"}}));
  batch.add(3, "three", Labels({{"app", "b"}}));
  batch.add(4, "no labels left", Labels({{"only", "x"}}));
  f.receiver().receive(std::move(batch));
  REQUIRE(f.sink->batches.size() == 1);
  {
    const LogBatch& out = f.sink->batches[0];
    REQUIRE(out.entries.size() == 2);
    CHECK(out.line(out.entries[0]) == "one");
    CHECK(to_stream_text(out.labels(out.entries[0])) == R"({job="a"})");
    CHECK(out.line(out.entries[1]) == "three");
    CHECK(to_stream_text(out.labels(out.entries[1])) == R"({job="b"})");
  }
  CHECK_FALSE(acked);
  f.sink->batches.clear();
  CHECK(acked);
  CHECK(f.exposes("loki_relabel_entries_processed{component_id=\"loki.relabel.test\"} 4"));
  CHECK(f.exposes("loki_relabel_entries_written{component_id=\"loki.relabel.test\"} 2"));
}

TEST_CASE("loki.relabel: results are remembered until the rules change") {
  Fixture f;
  f.arguments.rule = {rule({}, "(.*)", "job", "first")};
  Relabel component = f.make();
  const auto send = [&] {
    LogBatch batch;
    batch.add(1, "x", Labels({{"a", "1"}}));
    f.receiver().receive(std::move(batch));
    const LogBatch& out = f.sink->batches.back();
    return std::string(out.labels(out.entries[0]).get("job"));
  };
  CHECK(send() == "first");
  CHECK(send() == "first");
  CHECK(f.exposes("loki_relabel_cache_hits{component_id=\"loki.relabel.test\"} 1"));
  f.arguments.rule = {rule({}, "(.*)", "job", "second")};
  REQUIRE(static_cast<Component&>(component).update(&f.arguments).has_value());
  CHECK(send() == "second");
  CHECK(f.exposes("loki_relabel_cache_misses{component_id=\"loki.relabel.test\"} 2"));
  CHECK(f.exposes("loki_relabel_cache_size{component_id=\"loki.relabel.test\"} 1"));
}

TEST_CASE("loki.relabel: after stop what arrives is abandoned, not lost in silence") {
  Fixture f;
  Relabel component = f.make();
  component.stop();
  bool delivered = true;
  LogBatch batch;
  batch.add(1, "x", Labels({{"a", "1"}}));
  batch.ack = telemetry::Ack([&](bool ok) { delivered = ok; });
  f.receiver().receive(std::move(batch));
  CHECK(f.sink->batches.empty());
  CHECK_FALSE(delivered);
}

TEST_CASE("loki.relabel: slips in rules on journal entries") {
  const std::string unit = "__journal__systemd_unit";
  const auto fallback = rule({unit}, ".+", "job", "systemd");
  const auto special = [&](std::string regex, std::string target = "job") {
    return rule({unit}, std::move(regex), std::move(target), "x");
  };
  struct Case {
    std::string_view what;
    std::vector<RuleArguments> rules;
    std::vector<std::string> want;
  };
  const std::vector<Case> cases = {
      {"fallback alone", {fallback}, {}},
      {"another label before the fallback", {special("a\\.service", "service"), fallback}, {}},
      {"fallback not last", {fallback, special("a\\.service")}, {"C077"}},
      {"a copy of the unit before what changes it",
       {rule({unit}, "(.*)", "job", "$1"), special("a\\.service")},
       {}},
      {"fallback before rules for another label", {fallback, special("a\\.service", "app")}, {}},
      {"a helper that is emptied when it was read",
       {special("a\\.service", "tmp"), rule({"tmp"}, "(.+)", "app", "$1"),
        rule({unit}, ".*", "tmp", "")},
       {}},
      {"fallback overwrites", {special("a\\.service"), fallback}, {"C078"}},
      {"bare dot", {special("alloy.service")}, {"C076"}},
      {"bare dot in a group", {special("(a|b).service")}, {"C076"}},
      {"escaped backslash, bare dot", {special("a\\\\.timer")}, {"C076"}},
      {"dot star before the kind", {special("user@.*\\.service")}, {}},
      {"a word that only starts like a kind", {special("a.servicebus")}, {}},
      {"labels of no journal", {rule({"unit"}, "a.service", "job", "x")}, {}},
      {"by identifier", {rule({"__journal_syslog_identifier"}, "a.socket", "job", "x")}, {"C076"}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.what);
    river::diag::Diagnostics diagnostics;
    river::schema::Scope scope({}, {}, diagnostics);
    lint_journal_rules(c.rules, scope);
    std::vector<std::string> codes;
    for (const auto& item : diagnostics.items()) codes.emplace_back(item.code);
    CHECK(codes == c.want);
  }
  river::diag::Diagnostics diagnostics;
  river::schema::Scope scope({}, {}, diagnostics);
  lint_journal_rules({special("alloy.service")}, scope);
  REQUIRE(diagnostics.size() == 1);
  CHECK(diagnostics.items()[0].help == R"(write regex = "alloy\\.service")");
}

}  // namespace components::loki::relabel
