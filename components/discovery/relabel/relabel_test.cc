#include "components/discovery/relabel/relabel.h"

#include <doctest/doctest.h>
#include <re2/re2.h>

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
    Target& out = targets.emplace_back();
    for (const auto& [name, value] : *target.as_object()) out[name] = *value.as_string();
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
  Target athena = kAthena, hera = kHera;
  athena["service"] = "athena";
  hera["service"] = "hera";
  CHECK(output_of(published[0]) == Targets{hera, athena, hera});

  const river::Value* rules = published[0].field("rules");
  REQUIRE(rules->as_capsule());
  CHECK(rules->as_capsule()->kind == "RelabelRules");
  const auto* list = static_cast<const RelabelRules*>(rules->as_capsule()->pointer.get());
  CHECK(list->size() == 1);
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
