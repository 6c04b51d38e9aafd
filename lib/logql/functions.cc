#include "logql/functions.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "river/suggest.h"

namespace logql {
namespace {

constexpr std::string_view kNames[] = {
    // over a range of lines
    "absent_over_time", "avg_over_time", "bytes_over_time", "bytes_rate", "count_over_time",
    "first_over_time", "last_over_time", "max_over_time", "min_over_time", "quantile_over_time",
    "rate", "rate_counter", "stddev_over_time", "stdvar_over_time", "sum_over_time",
    // over series
    "approx_topk", "avg", "bottomk", "count", "max", "min", "sort", "sort_desc", "stddev", "stdvar",
    "sum", "topk",
    // with a grammar of their own
    "label_replace", "variants", "vector"};
constexpr size_t kRangeAggregations = 15;
constexpr size_t kAggregations = 27;

constexpr std::string_view kWithNumber[] = {"approx_topk", "bottomk", "quantile_over_time", "topk"};
constexpr std::string_view kPromqlOnly[] = {
    "abs",       "changes",   "count_values",      "delta",    "deriv",  "group",
    "increase",  "irate",     "label_join",        "quantile", "absent", "histogram_quantile",
    "clamp_max", "clamp_min", "present_over_time", "time",     "round",  "timestamp",
    "ceil",      "floor"};

}  // namespace

Function find_function(std::string_view name) {
  const auto* const found = std::find(std::begin(kNames), std::end(kNames), name);
  const auto index = static_cast<size_t>(found - std::begin(kNames));
  if (index >= kAggregations) return {};
  const bool number =
      std::find(std::begin(kWithNumber), std::end(kWithNumber), name) != std::end(kWithNumber);
  return {index < kRangeAggregations ? Function::Kind::range_aggregation
                                     : Function::Kind::vector_aggregation,
          number};
}

std::string unknown_function(std::string_view name) {
  if (std::find(std::begin(kPromqlOnly), std::end(kPromqlOnly), name) != std::end(kPromqlOnly)) {
    return fmt::format("{} is a function of PromQL; LogQL has none of this name", name);
  }
  const std::string_view near = river::did_you_mean(name, kNames);
  if (near.empty()) return fmt::format("there is no function {}", name);
  return fmt::format("there is no function {}; did you mean {}?", name, near);
}

}  // namespace logql
