#include "components/loki/source_docker/target_labels.h"

#include <doctest/doctest.h>
#include <re2/re2.h>

namespace components::loki::source_docker {
namespace {

using river::schema::Target;
using telemetry::relabel::Action;
using telemetry::relabel::Rule;

const Target kWeb = {{"__meta_docker_container_id", "c1"},
                     {"__meta_docker_container_name", "/web"},
                     {"service", "web"},
                     {"env", "dev"}};

Rule rule(std::string source, std::string_view regex, Action action, std::string target = "") {
  return {.source_labels = {std::move(source)},
          .regex = std::make_shared<re2::RE2>("^(?s:" + std::string(regex) + ")$"),
          .target_label = std::move(target),
          .action = action};
}

}  // namespace

TEST_CASE("loki.source.docker: labels of a container's lines") {
  const RelabelRules rules = {
      rule("__meta_docker_container_name", "/(.*)", Action::replace, "container"),
      rule("__meta_docker_container_log_stream", "(.*)", Action::replace, "stream"),
      rule("__meta_docker_line_truncated", "(true)", Action::replace, "cut")};
  const TargetLabels labels(kWeb, {{{"env", "prod"}}}, rules);
  CHECK(to_stream_text(labels.of(Stream::out, false)) ==
        R"({container="web", env="prod", service="web", stream="stdout"})");
  CHECK(to_stream_text(labels.of(Stream::err, true)) ==
        R"({container="web", cut="true", env="prod", service="web", stream="stderr"})");
}

TEST_CASE("loki.source.docker: rules may drop one stream") {
  const TargetLabels labels(kWeb, {},
                            {rule("__meta_docker_container_log_stream", "stderr", Action::drop)});
  CHECK_FALSE(labels.of(Stream::out, false).empty());
  CHECK(labels.of(Stream::err, false).empty());
  CHECK(
      TargetLabels({{"__meta_docker_container_id", "c1"}}, {}, {}).of(Stream::out, false).empty());
}

TEST_CASE("loki.source.docker: one target per container, whatever their order") {
  const Target other = kWeb.with("__meta_docker_network_name", "back");
  const Target nameless = {{"service", "x"}};
  const Target second = kWeb.with("__meta_docker_container_id", "c2");
  const river::schema::Targets list = {kWeb, other, second, nameless};
  const river::schema::Targets mixed = {nameless, second, other, kWeb};
  const auto chosen = one_per_container(list), again = one_per_container(mixed);
  REQUIRE(chosen.size() == 2);
  REQUIRE(again.size() == 2);
  for (const char* id : {"c1", "c2"}) CHECK(*chosen.at(id) == *again.at(id));
}

}  // namespace components::loki::source_docker
