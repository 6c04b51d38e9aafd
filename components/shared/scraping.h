#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "river/schema/target.h"

/// What components that scrape targets over HTTP have in common: how a discovered target says whom
/// to ask for what, in labels that begin with __, and when it is asked. Each component reads the
/// labels that it has names for; what is said here of parameters and times holds for all.
/// Times are those of the wall clock, durations those of the configuration.
namespace components {

/// A label of a discovered target; `otherwise` when it has none, or an empty one.
std::string_view own_label(const river::schema::Target& target, std::string_view name,
                           std::string_view otherwise);

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
