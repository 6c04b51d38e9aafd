#include "components/pyroscope/scrape/signature.h"

#include <algorithm>

namespace components::pyroscope::scrape {

namespace schema = river::schema;
using schema::Need;
using std::chrono::seconds;

namespace {

constexpr seconds kMeasuredByDefault{14};

constexpr schema::Field kProfileFields[] = {
    schema::attr<&ProfileArguments::enabled>("enabled", Need::optional, "Whether it is scraped."),
    schema::attr<&ProfileArguments::path>("path", Need::optional,
                                          "Path of the profile on the target."),
    schema::attr<&ProfileArguments::delta>(
        "delta", Need::optional,
        "Whether the target measures for a time that the request says, in `seconds`."),
};

void validate_profile(const ProfileArguments& profile, schema::Scope& scope) {
  if (scope.known({"enabled", "path"}) && profile.enabled && profile.path.empty())
    scope.error("path", "C088", "path is empty");
}
constexpr schema::BlockSchema kProfile =
    schema::schema_of<ProfileArguments, validate_profile>(kProfileFields);

constexpr schema::Field kProfilingFields[] = {
    schema::block<&ProfilingArguments::memory>(
        "profile.memory", Need::optional, "Allocations and the heap of Go programs.", kProfile),
    schema::block<&ProfilingArguments::block>("profile.block", Need::optional,
                                              "Where goroutines block.", kProfile),
    schema::block<&ProfilingArguments::goroutine>("profile.goroutine", Need::optional,
                                                  "Stacks of all goroutines.", kProfile),
    schema::block<&ProfilingArguments::mutex>("profile.mutex", Need::optional,
                                              "Where goroutines wait for a mutex.", kProfile),
    schema::block<&ProfilingArguments::process_cpu>("profile.process_cpu", Need::optional,
                                                    "CPU time.", kProfile),
    schema::block<&ProfilingArguments::fgprof>("profile.fgprof", Need::optional,
                                               "Time on and off the CPU, by fgprof.", kProfile),
    schema::block<&ProfilingArguments::godeltaprof_memory>(
        "profile.godeltaprof_memory", Need::optional,
        "memory, of which godeltaprof takes the difference in the target.", kProfile),
    schema::block<&ProfilingArguments::godeltaprof_mutex>(
        "profile.godeltaprof_mutex", Need::optional,
        "mutex, of which godeltaprof takes the difference in the target.", kProfile),
    schema::block<&ProfilingArguments::godeltaprof_block>(
        "profile.godeltaprof_block", Need::optional,
        "block, of which godeltaprof takes the difference in the target.", kProfile),
    schema::attr<&ProfilingArguments::path_prefix>("path_prefix", Need::optional,
                                                   "Prefix of the path of each profile."),
};
constexpr schema::BlockSchema kProfiling = schema::schema_of(kProfilingFields);

constexpr schema::Field kFields[] = {
    schema::attr<&Arguments::targets>("targets", Need::required, "Targets to scrape."),
    schema::attr<&Arguments::forward_to>("forward_to", Need::required,
                                         "Receivers of the profiles."),
    schema::attr<&Arguments::job_name>("job_name", Need::optional,
                                       "The label job of targets that have none."),
    schema::attr<&Arguments::params>("params", Need::optional, "Parameters of the request."),
    schema::attr<&Arguments::scrape_interval>("scrape_interval", Need::optional,
                                              "How often a target is scraped."),
    schema::attr<&Arguments::scrape_timeout>(
        "scrape_timeout", Need::optional,
        "Timeout of one scrape, without the time for which a target measures."),
    schema::attr<&Arguments::scheme>("scheme", Need::optional, "http or https."),
    schema::attr<&Arguments::delta_profiling_duration>(
        "delta_profiling_duration", Need::optional,
        "Duration of the measurement on the target; by default a second less than "
        "scrape_interval."),
    schema::squash<&Arguments::http>(kHttpClient),
    schema::block<&Arguments::profiling_config>(
        "profiling_config", Need::optional, "Which profiles a target is asked for.", kProfiling),
    schema::block<&Arguments::clustering>("clustering", Need::optional,
                                          "For Grafana Alloy; without effect.", kClustering),
};

/// A target that measures is done before the next scrape.
void validate_measured(const Arguments& arguments, schema::Scope& scope) {
  if (!scope.known({"scrape_interval", "profiling_config", "delta_profiling_duration"})) return;
  const auto all = arguments.profiling_config.enabled();
  if (std::ranges::none_of(all, [](const auto& kind) { return kind.profile.delta; })) return;
  if (arguments.scrape_interval.value < seconds(2))
    scope.error("scrape_interval", "C062",
                "scrape_interval is below 2s, which leaves a target no time to measure");
  const auto duration = arguments.delta_profiling_duration.value;
  if (duration == kMeasuredByDefault) return;
  if (duration <= seconds(1))
    scope.error("delta_profiling_duration", "C061", "delta_profiling_duration must be above 1s");
  else if (duration > arguments.scrape_interval.value - seconds(1))
    scope.error("delta_profiling_duration", "C062",
                "delta_profiling_duration is above scrape_interval less a second");
}

void validate(const Arguments& arguments, schema::Scope& scope) {
  const auto positive = [&](std::string_view name, const schema::Duration& duration) {
    if (scope.known(name) && duration.value.count() <= 0)
      scope.error(name, "C061", "{} must be more than 0", name);
  };
  positive("scrape_interval", arguments.scrape_interval);
  positive("scrape_timeout", arguments.scrape_timeout);
  validate_measured(arguments, scope);
}

}  // namespace

ProfileArguments default_of(Kind kind) {
  switch (kind) {
    case Kind::memory:
      return {true, "/debug/pprof/allocs", false};
    case Kind::block:
      return {true, "/debug/pprof/block", false};
    case Kind::goroutine:
      return {true, "/debug/pprof/goroutine", false};
    case Kind::mutex:
      return {true, "/debug/pprof/mutex", false};
    case Kind::process_cpu:
      return {true, "/debug/pprof/profile", true};
    case Kind::fgprof:
      return {false, "/debug/fgprof", true};
    case Kind::godeltaprof_memory:
      return {false, "/debug/pprof/delta_heap", false};
    case Kind::godeltaprof_mutex:
      return {false, "/debug/pprof/delta_mutex", false};
    case Kind::godeltaprof_block:
      return {false, "/debug/pprof/delta_block", false};
  }
  return {};
}

std::vector<ProfilingArguments::Named> ProfilingArguments::enabled() const {
  std::vector<Named> all = {{"memory", memory},
                            {"block", block},
                            {"goroutine", goroutine},
                            {"mutex", mutex},
                            {"process_cpu", process_cpu},
                            {"fgprof", fgprof},
                            {"godeltaprof_memory", godeltaprof_memory},
                            {"godeltaprof_mutex", godeltaprof_mutex},
                            {"godeltaprof_block", godeltaprof_block}};
  std::vector<Named> enabled;
  for (const Named& kind : all)
    if (kind.profile.enabled) enabled.push_back(kind);
  return enabled;
}

seconds Arguments::measured() const {
  const auto least = seconds(1);
  const auto duration = delta_profiling_duration.value == kMeasuredByDefault
                            ? scrape_interval.value - seconds(1)
                            : delta_profiling_duration.value;
  return std::max(std::chrono::duration_cast<seconds>(duration), least);
}

constexpr schema::Signature kSignature{
    .name = "pyroscope.scrape",
    .doc = "Scrapes profiles from targets and forwards them.",
    .arguments = schema::schema_of<Arguments, validate>(kFields),
    .make_arguments = schema::make_arguments<Arguments>,
    .needs = schema::hook<Arguments, needed_files<&Arguments::http, Arguments>>,
};

}  // namespace components::pyroscope::scrape
