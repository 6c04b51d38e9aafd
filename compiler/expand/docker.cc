#include "compiler/expand/expand.h"
#include "river/schema/text.h"

/// fleet.docker: discover containers, name them by their Compose project and service, read them.
namespace compiler::expand {

namespace {

constexpr std::string_view kRefresh = "30s";
constexpr std::string_view kProject = "__meta_docker_container_label_com_docker_compose_project";
constexpr std::string_view kService = "__meta_docker_container_label_com_docker_compose_service";

/// What a moved service keeps for a while of the time when it had a listener.
Statements dual_rules(const Expansion& to) {
  const river::Builder& build = to.build;
  Statements rules;
  for (const host::Label& label : to.host.docker.dual_labels) {
    const auto text = [&](std::string_view name, std::string_view value) {
      return build.attribute(name, build.string(value));
    };
    rules.push_back(
        build.at(label.name_span)
            .block("rule", "",
                   {build.attribute("source_labels", build.list({build.string("service")})),
                    text("regex", river::schema::literal_regex(label.name)),
                    text("target_label", "job"), text("replacement", label.name)}));
    build.comment_above(*rules.back(), fmt::format("both labels until {}, from {}",
                                                   label.value.value, to.place(label.name_span)));
  }
  return rules;
}

Statements relabel_rules(const river::Builder& build) {
  const auto text = [&](std::string_view name, std::string_view value) {
    return build.attribute(name, build.string(value));
  };
  const auto from = [&](std::initializer_list<std::string_view> labels) {
    river::Builder::Items items;
    for (const std::string_view label : labels) items.push_back(build.string(label));
    return build.attribute("source_labels", build.list(items));
  };
  Statements rules = {
      build.block("rule", "", {from({kProject}), text("target_label", "service")}),
      build.block("rule", "", {from({kService}), text("target_label", "component")}),
      build.block("rule", "",
                  {from({"__meta_docker_container_name"}), text("regex", "/(.*)"),
                   text("target_label", "container")}),
      build.block("rule", "",
                  {from({"service", "container"}), text("separator", "@"), text("regex", "@(.+)"),
                   text("target_label", "service")}),
  };
  build.comment_above(*rules[0], "Compose project");
  build.comment_above(*rules[1], "Compose service");
  build.comment_above(*rules[2], "container name without its slash");
  build.comment_above(*rules[3], "no Compose project: the container's name");
  return rules;
}

}  // namespace

void expand_docker(const Expansion& to, Statements& out) {
  const host::DockerModel& docker = to.host.docker;
  if (!docker.discovery || !to.host.has_service("docker")) return;
  const river::Builder& build = to.build;
  const host::Text refresh =
      docker.refresh_interval.given() ? docker.refresh_interval : host::Text{kRefresh, {}};
  out.push_back(build.block("discovery.docker", to.label(),
                            {build.attribute("host", to.docker_socket()),
                             build.attribute("refresh_interval", to.text(refresh))}));
  build.comment_above(*out.back(), "all containers, from " + to.place(docker.span));

  Statements relabel = {build.attribute(
      "targets", build.reference(fmt::format("discovery.docker.{}.targets", to.label())))};
  for (river::ast::Statement* rule : relabel_rules(build)) relabel.push_back(rule);
  for (river::ast::Statement* rule : dual_rules(to)) relabel.push_back(rule);
  out.push_back(build.block("discovery.relabel", to.label(), relabel));

  out.push_back(build.block(
      "loki.source.docker", to.label(),
      {build.attribute("host", to.docker_socket()),
       build.attribute("targets",
                       build.reference(fmt::format("discovery.relabel.{}.output", to.label()))),
       to.forward_to(), build.attribute("labels", to.labels({}))}));
}

}  // namespace compiler::expand
