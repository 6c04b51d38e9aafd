#include "components/prometheus/scrape/target.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "components/prometheus/shared/exporter.h"
#include "components/shared/targets.h"
#include "river/schema/text.h"
#include "telemetry/text.h"

namespace components::prometheus::scrape {
namespace {

base::Result<std::chrono::nanoseconds> own_duration(const river::schema::Target& target,
                                                    std::string_view name,
                                                    std::chrono::nanoseconds otherwise) {
  const std::string_view text = own_label(target, name);
  if (text.empty()) return otherwise;
  const auto duration = river::schema::parse_duration(text);
  if (!duration || duration->count() <= 0)
    return base::fail("{} = \"{}\" is not a duration above 0", name, text);
  return *duration;
}

telemetry::Labels labels_of(const river::schema::Target& target, const TargetDefaults& defaults,
                            std::string_view address) {
  std::vector<telemetry::Label> labels = {{"job", defaults.job},
                                          {"instance", std::string(address)}};
  for (const auto& [name, value] : target)  // Of a repeated name the last one wins.
    if (!telemetry::is_internal_label(name) && !value.empty()) labels.emplace_back(name, value);
  return telemetry::Labels(std::move(labels));
}

}  // namespace

std::string Target::key() const {
  return scrape_key(url, labels);
}

base::Result<Target> read_target(const river::schema::Target& discovered,
                                 const TargetDefaults& defaults) {
  const auto reached = reached_at(discovered, defaults.scheme);
  if (!reached) return tl::unexpected(reached.error());
  const auto [scheme, address] = *reached;
  std::string path(own_label(discovered, "__metrics_path__", defaults.metrics_path));
  if (!path.starts_with('/')) path.insert(0, "/");
  auto url = io::http::parse_url(fmt::format("{}://{}{}", scheme, address, path));
  if (!url) return base::in_context(fmt::format("__address__ = \"{}\"", address), url.error());

  Target target;
  target.url = std::move(*url);
  target.is_own_process = address == kOwnAddress;
  target.url.target += query_of(discovered, defaults.params);
  target.labels = labels_of(discovered, defaults, address);
  const auto interval = own_duration(discovered, "__scrape_interval__", defaults.interval);
  if (!interval) return tl::unexpected(interval.error());
  const auto timeout = own_duration(discovered, "__scrape_timeout__", defaults.timeout);
  if (!timeout) return tl::unexpected(timeout.error());
  if (*timeout > *interval) return base::fail("the timeout of {} is above its interval", address);
  target.interval = *interval;
  target.timeout = *timeout;
  return target;
}

}  // namespace components::prometheus::scrape
