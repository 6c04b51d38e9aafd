#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "io/http/url.h"
#include "river/schema/target.h"
#include "telemetry/labels.h"

/// What a discovered target says of itself, in labels that begin with __: which process or
/// container it is; for components that scrape it over HTTP, whom to ask for what, and when. Each
/// component reads the labels that it has names for; what is said here holds for all. Texts are
/// views into the target. Times are those of the wall clock, durations those of the configuration.
namespace components {

/// A label of a discovered target; `otherwise` when it has none, or an empty one.
inline std::string_view own_label(const river::schema::Target& target, std::string_view name,
                                  std::string_view otherwise = {}) {
  const auto found = target.find(name);
  return found == target.end() || found->second.empty() ? otherwise
                                                        : std::string_view(found->second);
}

inline constexpr std::string_view kProcessLabel = "__process_pid__";
inline constexpr std::string_view kContainerLabel = "__container_id__";

/// The id of the container that a target is, by kContainerLabel or as discovery has found it; ""
/// when it says none. The runtime in front of it ("containerd://") is left out.
std::string_view container_of(const river::schema::Target& target);

/// Where a target is reached over HTTP: __address__, and __scheme__ or `scheme`.
struct Reached {
  std::string_view scheme, address;
};
base::Result<Reached> reached_at(const river::schema::Target& target, std::string_view scheme);

/// Tells what is scraped from all else: two with one key are one. Begins with the URL, in a line.
std::string scrape_key(const io::http::Url& url, const telemetry::Labels& labels);

/// Parameters of a request, by name.
using ScrapeParams = std::map<std::string, std::vector<std::string>>;

/// The query of a target's URL, with the question mark: the parameters by name, in which a label
/// __param_x of the target is the first value of x. "" without any.
std::string query_of(const river::schema::Target& target, ScrapeParams params);

/// What this host is called: $HOSTNAME goes first, so that a container can be given the name of its
/// host.
std::string instance_name();
/// Of that name: the hosts of a fleet that scrape equal targets do so at different times.
uint64_t seed_of_host();

/// When a target is scraped next, after `now`: every `interval`, at an offset that its key decides,
/// so that the targets of many hosts are spread evenly over the interval, and a restart keeps the
/// offset. Nanoseconds since the Unix epoch.
int64_t next_scrape(const std::string& key, uint64_t seed, std::chrono::nanoseconds interval,
                    int64_t now_ns);

}  // namespace components
