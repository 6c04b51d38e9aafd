#include <fmt/format.h>

#include <algorithm>

#include "compiler/cases/cases.h"
#include "components/shared/docker_api/containers.h"

namespace compiler::cases {

using river::schema::Target;
using river::schema::Targets;

namespace {

bool is_meant(const Suite& suite, std::string_view on, bool is_host) {
  if (!is_host) return suite.config == on;
  return std::find(suite.hosts.begin(), suite.hosts.end(), on) != suite.hosts.end();
}

/// The target that discovery makes of a container.
Target target_of(const Input& input, const std::string& id) {
  Target::Labels labels = {{"__address__", "172.17.0.2:80"},
                           {"__meta_docker_container_id", id},
                           {"__meta_docker_container_name", "/" + input.name},
                           {"__meta_docker_container_network_mode", "bridge"},
                           {"__meta_docker_network_ip", "172.17.0.2"}};
  for (const auto& [name, value] : input.fields)
    labels["__meta_docker_container_label_" + components::docker_api::label_part(name)] = value;
  for (const auto& [name, value] : input.meta) labels[name] = value;
  return Target(labels);
}

}  // namespace

std::vector<Result> run_cases(const std::vector<Suite>& suites, std::string_view on, bool is_host,
                              const river::config::Program& program,
                              const river::diag::SourceMap& sources, Coverage& coverage) {
  std::vector<Result> results;
  Targets containers;
  for (const Suite& suite : suites) {
    if (!is_meant(suite, on, is_host)) continue;
    for (const Case& one : suite.cases) {
      if (one.input.kind == Input::Kind::docker)
        containers.push_back(target_of(one.input, fmt::format("{:012x}", results.size())));
      results.push_back({&one, &suite, std::string(on), {}});
    }
  }
  if (results.empty()) return results;
  Network network(program, std::move(containers), coverage);
  for (size_t i = 0; i < results.size(); ++i) {
    const Case& one = *results[i].one;
    results[i].difference =
        compare(one, network.run(one.input, fmt::format("{:012x}", i)), sources);
  }
  return results;
}

}  // namespace compiler::cases
