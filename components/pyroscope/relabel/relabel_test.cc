#include "components/pyroscope/relabel/relabel.h"

#include <doctest/doctest.h>
#include <re2/re2.h>

#include "components/pyroscope/enrich/enrich.h"

namespace components::pyroscope {
namespace {

using telemetry::Labels;
using telemetry::ProfileBatch;

struct Collector final : telemetry::ProfileReceiver {
  void receive(ProfileBatch batch) override { batches.push_back(std::move(batch)); }
  std::vector<ProfileBatch> batches;
};

struct Rig {
  base::metrics::Registry registry;
  river::Value exports;
  std::shared_ptr<Collector> sink = std::make_shared<Collector>();

  Context context() {
    return {.id = "x",
            .data_dir = {},
            .metrics = base::metrics::Scope(registry, "x"),
            .log = base::Logger("x"),
            .publish = [this](river::Value value) { exports = std::move(value); }};
  }
  void send(const std::vector<Labels>& all, telemetry::Ack ack = {}) {
    ProfileBatch batch;
    batch.ack = std::move(ack);
    for (const Labels& labels : all) batch.profiles.push_back({.labels = labels, .id = {}});
    static_cast<telemetry::ProfileReceiver*>(exports.field("receiver")->as_capsule()->pointer.get())
        ->receive(std::move(batch));
  }
  bool exposes(std::string_view series) {
    return registry.expose().find(series) != std::string::npos;
  }
};

RuleArguments rule_of(std::string source, const std::string& regex, std::string target,
                      RuleAction action) {
  RuleArguments rule;
  rule.source_labels = {std::move(source)};
  rule.regex = {regex, std::make_shared<re2::RE2>("^(?s:" + regex + ")$")};
  rule.target_label = std::move(target);
  rule.action = action;
  return rule;
}

}  // namespace

TEST_CASE("pyroscope.relabel: labels change, drops are counted, what has no labels passes") {
  Rig rig;
  relabel::Arguments arguments;
  arguments.forward_to = {{rig.sink}};
  arguments.rule = {rule_of("env", "dev", "", RuleAction::drop),
                    rule_of("app", "(.+)", "service_name", RuleAction::replace)};
  relabel::Relabel component(rig.context(), arguments);
  bool is_done = false;
  rig.send({Labels{{"app", "a"}}, Labels{{"env", "dev"}}, Labels(), Labels{{"app", "a"}}},
           telemetry::Ack([&](bool delivered) { is_done = delivered; }));
  REQUIRE(rig.sink->batches.size() == 1);
  {
    const auto& profiles = rig.sink->batches[0].profiles;
    REQUIRE(profiles.size() == 3);
    CHECK(profiles[0].labels.get("service_name") == "a");
    CHECK(profiles[1].labels.empty());
    CHECK(profiles[2].labels == profiles[0].labels);
  }
  CHECK_FALSE(is_done);
  rig.sink->batches.clear();
  CHECK(is_done);
  CHECK(rig.exposes("pyroscope_relabel_profiles_processed{component_id=\"x\"} 4"));
  CHECK(rig.exposes("pyroscope_relabel_profiles_written{component_id=\"x\"} 3"));
  CHECK(rig.exposes("pyroscope_relabel_profiles_dropped{component_id=\"x\"} 1"));
  CHECK(rig.exposes("pyroscope_relabel_cache_hits{component_id=\"x\"} 1"));
  CHECK(rig.exposes("pyroscope_relabel_cache_misses{component_id=\"x\"} 2"));
  CHECK(rig.exposes("unit=\"profiles\",reason=\"relabel_rule\",intentional=\"true\"} 1"));

  arguments.rule.clear();
  REQUIRE(static_cast<Component&>(component).update(&arguments).has_value());
  rig.send({Labels{{"env", "dev"}}});
  CHECK(rig.sink->batches.size() == 1);  // What is remembered is of the old rules.

  component.stop();
  bool is_abandoned = false;
  rig.send({Labels{{"app", "a"}}}, telemetry::Ack([&](bool ok) { is_abandoned = !ok; }));
  CHECK(is_abandoned);
}

TEST_CASE("pyroscope.enrich: labels of the target with the same value, of equal ones the last") {
  struct Case {
    std::string_view match;
    std::vector<std::string> copied;
    Labels in, want;
  };
  const Case cases[] = {
      {"", {}, Labels{{"pod", "a"}}, Labels{{"pod", "a"}, {"team", "2"}, {"__meta_x", "y"}}},
      {"", {"team"}, Labels{{"pod", "a"}, {"team", "0"}}, Labels{{"pod", "a"}, {"team", "2"}}},
      {"name", {"team"}, Labels{{"name", "a"}}, Labels{{"name", "a"}, {"team", "2"}}},
      {"", {}, Labels{{"pod", "b"}}, Labels{{"pod", "b"}}},
      {"", {}, Labels{{"x", "a"}}, Labels{{"x", "a"}}},
  };
  for (const Case& c : cases) {
    Rig rig;
    enrich::Arguments arguments;
    for (const std::string_view team : {"1", "2"})
      arguments.targets.emplace_back(river::schema::Target::Labels{
          {"pod", "a"}, {"team", std::string(team)}, {"__meta_x", "y"}});
    arguments.targets.emplace_back(river::schema::Target::Labels{{"team", "3"}});
    arguments.target_match_label = "pod";
    arguments.profiles_match_label = c.match;
    arguments.labels_to_copy = c.copied;
    arguments.forward_to = {{rig.sink}};
    enrich::Enrich component(rig.context(), arguments);
    rig.send({c.in});
    REQUIRE(rig.sink->batches.size() == 1);
    CHECK(rig.sink->batches[0].profiles[0].labels == c.want);
  }
}

}  // namespace components::pyroscope
