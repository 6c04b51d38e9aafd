#pragma once
#include <chrono>
#include <string>
#include <vector>

#include "base/result.h"
#include "components/pyroscope/scrape/signature.h"
#include "io/http/message.h"
#include "io/http/url.h"
#include "river/schema/target.h"
#include "telemetry/labels.h"

namespace components::pyroscope::scrape {

/// One profile of one target: what is asked for, how often, and what is known of the answer. A
/// target has one for each kind that is enabled.
struct Endpoint {
  io::http::Url url;         ///< with the parameters in its query
  telemetry::Labels labels;  ///< of its profiles
  std::chrono::nanoseconds interval{0};
  std::chrono::nanoseconds timeout{
      0};  ///< of a scrape, with the time for which the target measures
  /// Sample types that count from the start of the program, of which the difference is sent.
  std::vector<std::string> counted;

  /// Two endpoints with the same key are one.
  std::string key() const;
};

/// Reads a discovered target: __address__, __scheme__, __param_*, and, in place of what the
/// arguments say, __name__, __profile_path__ and __profile_path_prefix__. Gives an endpoint for
/// each kind of profile that is enabled. Fails when the target cannot be scraped.
base::Result<std::vector<Endpoint>> read_target(const river::schema::Target& discovered,
                                                const Arguments& arguments);

/// What the answer of a target is refused for, or "": it may be a profile. Servers and proxies send
/// pages with the status 200, too.
std::string problem_with(const io::http::Response& response);

}  // namespace components::pyroscope::scrape
