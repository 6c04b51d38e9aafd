#include "components/discovery/relabel/relabel.h"

#include <doctest/doctest.h>
#include <re2/re2.h>

#include "components/shared/rule/signature.h"
#include "telemetry/relabel.h"

namespace components::discovery::relabel {
namespace {

using river::schema::Target;
using river::schema::Targets;

RuleArguments rule(std::string source, std::string_view regex, RuleAction action,
                   std::string target = "", std::string replacement = "$1") {
  RuleArguments out;
  out.source_labels = {std::move(source)};
  out.regex = {std::string(regex), std::make_shared<re2::RE2>("^(?s:" + std::string(regex) + ")$")};
  out.target_label = std::move(target);
  out.replacement = std::move(replacement);
  out.action = action;
  return out;
}

const Target kAthena = {{"__meta_docker_container_name", "/athena_app_1"},
                        {"__meta_docker_container_id", "a1"}};
const Target kHera = {{"__meta_docker_container_name", "/hera_app_1"},
                      {"__meta_docker_container_id", "h1"}};

/// What a component with these arguments publishes under "output".
std::vector<river::Value> published;

Context context() {
  static base::metrics::Registry registry;
  return {.id = "discovery.relabel.x",
          .data_dir = "/nowhere",
          .metrics = {registry, "discovery.relabel.x"},
          .log = base::Logger("discovery.relabel.x"),
          .publish = [](river::Value exports) { published.push_back(std::move(exports)); }};
}

Targets output_of(const river::Value& exports) {
  Targets targets;
  for (const river::Value& target : *exports.field("output")->as_array()) {
    Target::Labels out;
    for (const auto& [name, value] : *target.as_object()) out[name] = *value.as_string();
    targets.emplace_back(out);
  }
  return targets;
}

}  // namespace

TEST_CASE("discovery.relabel: targets through the rules, in order, without merging equal ones") {
  published.clear();
  Arguments arguments;
  arguments.targets = {kHera, kAthena, kHera};
  arguments.rule = {
      rule("__meta_docker_container_name", "/([^_]+)_.*", RuleAction::replace, "service")};
  Relabel component(context(), arguments);

  REQUIRE(published.size() == 1);
  const Target athena = kAthena.with("service", "athena"), hera = kHera.with("service", "hera");
  CHECK(output_of(published[0]) == Targets{hera, athena, hera});

  const river::Value* rules = published[0].field("rules");
  REQUIRE(rules->as_capsule());
  CHECK(rules->as_capsule()->kind == "RelabelRules");
  const auto* list = static_cast<const RelabelRules*>(rules->as_capsule()->pointer.get());
  CHECK(list->size() == 1);
}

TEST_CASE("discovery.relabel: targets that are the same objects get the same results") {
  const auto keep = [](const char* regex) {
    return std::make_shared<const RelabelRules>(to_rules(
        {rule("__meta_docker_container_name", regex, RuleAction::keep),
         rule("__meta_docker_container_name", "/([^_]+)_.*", RuleAction::replace, "service")}));
  };
  RelabelledTargets relabelled;
  const auto all = keep(".*");
  const Targets first = relabelled.apply({kHera, kAthena}, all);
  REQUIRE(first.size() == 2);
  // One in the middle is new, and one is equal, but another object.
  const Targets second =
      relabelled.apply({kHera, Target{{"a", "b"}}, Target(kAthena.labels())}, all);
  REQUIRE(second.size() == 3);
  CHECK(second[0].is_same(first[0]));
  CHECK(second[1] == Target{{"a", "b"}});
  CHECK(second[2] == first[1]);
  CHECK(relabelled.apply({kHera, kAthena}, keep("/athena.*")) == Targets{first[1]});
  CHECK(relabelled.apply({kHera, kAthena}, all) == first);
}

TEST_CASE("discovery.relabel: equal rules stay the same object") {
  published.clear();
  Arguments arguments;
  arguments.rule = {rule("__meta_docker_container_name", "/athena.*", RuleAction::keep)};
  Relabel component(context(), arguments);
  arguments.targets = {kHera};
  Component& as_agent = component;
  CHECK(as_agent.update(&arguments).has_value());
  arguments.rule[0].target_label = "x";
  CHECK(as_agent.update(&arguments).has_value());
  REQUIRE(published.size() == 3);
  CHECK(*published[0].field("rules") == *published[1].field("rules"));
  CHECK_FALSE(*published[1].field("rules") == *published[2].field("rules"));
}

TEST_CASE("discovery.relabel: an update publishes anew") {
  published.clear();
  Arguments arguments;
  arguments.targets = {kHera, kAthena};
  Relabel component(context(), arguments);
  arguments.rule = {rule("__meta_docker_container_name", "/athena.*", RuleAction::keep)};
  Component& as_agent = component;
  CHECK(as_agent.update(&arguments).has_value());
  REQUIRE(published.size() == 2);
  CHECK(output_of(published[0]) == Targets{kHera, kAthena});
  CHECK(output_of(published[1]) == Targets{kAthena});
}

}  // namespace components::discovery::relabel
