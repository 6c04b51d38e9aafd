#include "components/pyroscope/scrape/target.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "components/shared/targets.h"
#include "telemetry/pprof/reader.h"
#include "telemetry/text.h"

namespace components::pyroscope::scrape {
namespace {

/// The service of a target that does not say one.
std::string service_name_of(const river::schema::Target& target) {
  const auto own = [&](std::string_view name) { return own_label(target, name); };
  if (const auto given = own("__meta_kubernetes_pod_annotation_pyroscope_io_service_name");
      !given.empty())
    return std::string(given);
  const auto name_space = own("__meta_kubernetes_namespace");
  const auto container = own("__meta_kubernetes_pod_container_name");
  if (!name_space.empty() && !container.empty()) return fmt::format("{}/{}", name_space, container);
  if (auto name = own("__meta_docker_container_name"); !name.empty()) {
    if (name.starts_with('/')) name.remove_prefix(1);
    return std::string(name);
  }
  return std::string(own_label(target, "__meta_dockerswarm_service_name", "unspecified"));
}

telemetry::Labels labels_of(const river::schema::Target& target, const Arguments& arguments,
                            std::string_view name, std::string_view address, bool is_delta) {
  std::vector<telemetry::Label> labels = {{"__name__", std::string(name)},
                                          {"instance", std::string(address)},
                                          {"job", arguments.job_name},
                                          {"service_name", service_name_of(target)}};
  if (is_delta) labels.emplace_back("__delta__", "false");
  for (const auto& [label, value] : target)  // Of a repeated name the last one wins.
    if (!telemetry::is_internal_label(label) && !value.empty()) labels.emplace_back(label, value);
  return telemetry::Labels(std::move(labels));
}

/// Of the kinds that Go counts from the start of a program.
std::vector<std::string> counted_types(std::string_view name) {
  if (name == "memory") return {"alloc_objects", "alloc_space"};
  if (name == "mutex" || name == "block") return {"contentions", "delay"};
  return {};
}

/// godeltaprof sends the same kinds, of which the target has taken the difference.
std::string_view sent_name(std::string_view name) {
  constexpr std::string_view kGoDeltaProf = "godeltaprof_";
  return name.starts_with(kGoDeltaProf) ? name.substr(kGoDeltaProf.size()) : name;
}

std::string joined_path(std::string_view prefix, std::string_view path) {
  while (prefix.ends_with('/')) prefix.remove_suffix(1);
  while (path.starts_with('/')) path.remove_prefix(1);
  return prefix.starts_with('/') || prefix.empty() ? fmt::format("{}/{}", prefix, path)
                                                   : fmt::format("/{}/{}", prefix, path);
}

bool has_port(std::string_view address) {
  const size_t colon = address.rfind(':');
  const bool is_bare_ipv6 = address.starts_with('[') && address.ends_with(']');
  return colon != std::string_view::npos && !is_bare_ipv6;
}

}  // namespace

std::string Endpoint::key() const {
  return scrape_key(url, labels);
}

base::Result<std::vector<Endpoint>> read_target(const river::schema::Target& discovered,
                                                const Arguments& arguments) {
  const auto reached = reached_at(discovered, arguments.scheme == Scheme::https ? "https" : "http");
  if (!reached) return tl::unexpected(reached.error());
  const std::string_view scheme = reached->scheme;
  std::string address(reached->address);
  if (!has_port(address)) address += scheme == "https" ? ":443" : ":80";
  const ProfilingArguments& profiling = arguments.profiling_config;
  const auto prefix = own_label(discovered, "__profile_path_prefix__", profiling.path_prefix);

  std::vector<Endpoint> endpoints;
  for (const auto& [kind, profile] : profiling.enabled()) {
    const auto name = own_label(discovered, "__name__", sent_name(kind));
    const auto path = own_label(discovered, "__profile_path__", profile.path);
    auto url =
        io::http::parse_url(fmt::format("{}://{}{}", scheme, address, joined_path(prefix, path)));
    if (!url) return base::in_context(fmt::format("__address__ = \"{}\"", address), url.error());
    Endpoint endpoint;
    endpoint.url = std::move(*url);
    ScrapeParams params = arguments.params;
    endpoint.interval = arguments.scrape_interval.value;
    endpoint.timeout = arguments.scrape_timeout.value;
    if (profile.delta) {
      params["seconds"] = {std::to_string(arguments.measured().count())};
      endpoint.timeout += arguments.measured();
    }
    endpoint.url.target += query_of(discovered, std::move(params));
    if (sent_name(kind) == kind) endpoint.counted = counted_types(name);
    endpoint.labels = labels_of(discovered, arguments, name, address, !endpoint.counted.empty());
    endpoints.push_back(std::move(endpoint));
  }
  return endpoints;
}

std::string problem_with(const io::http::Response& response) {
  constexpr size_t kShown = 200;
  constexpr std::string_view kType = "application/octet-stream";
  const std::string_view body = response.body;
  if (!response.ok()) {
    const std::string_view line = body.substr(0, std::min(body.find_first_of("\r\n"), kShown));
    return line.empty() || !base::is_utf8(line) ? fmt::format("HTTP {}", response.status)
                                                : fmt::format("HTTP {}: {}", response.status, line);
  }
  const std::string_view type = io::http::find(response.headers, "Content-Type");
  if (!base::to_lower(type).starts_with(kType))
    return fmt::format("a response of the type \"{}\" is not a profile", type);
  if (body.size() <= 2) return "the answer is empty";
  if (!telemetry::pprof::looks_like_profile(body)) return "the response is not a profile";
  return {};
}

}  // namespace components::pyroscope::scrape
