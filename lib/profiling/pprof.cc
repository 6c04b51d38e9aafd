#include <map>

#include "profiling/profile.h"
#include "telemetry/pprof/builder.h"

namespace profiling {
namespace {

using telemetry::pprof::Label;
using telemetry::pprof::ValueType;

constexpr ValueType kCpu{"cpu", "nanoseconds"};

void add_profile(telemetry::pprof::Builder& builder, const Profile& profile,
                 const PprofOptions& options) {
  std::vector<uint64_t> mappings;
  for (const ProfiledFile& file : profile.files)
    mappings.push_back(builder.mapping({.file = file.path, .build_id = file.build_id}));
  std::vector<uint64_t> locations;
  for (const Location& one : profile.locations)
    locations.push_back(builder.location(one.function, mappings[one.file], one.address));
  std::vector<Label> labels;
  if (options.with_pids) labels.push_back({.key = "pid", .number = profile.pid});
  if (options.with_processes) labels.push_back({.key = "process", .text = profile.name});
  const uint64_t root = options.with_processes ? builder.location(profile.name) : 0;
  std::vector<uint64_t> stack;
  for (const CountedStack& counted : profile.stacks) {
    stack.clear();
    for (const uint32_t at : counted.locations) stack.push_back(locations[at]);
    if (root != 0) stack.push_back(root);
    const int64_t value = static_cast<int64_t>(counted.samples) * profile.period.count();
    builder.add(stack, {&value, 1}, labels);
  }
}

}  // namespace

std::string as_pprof(std::span<const Profile> profiles, const PprofOptions& options) {
  telemetry::pprof::Builder builder({&kCpu, 1});
  telemetry::pprof::Head head;
  head.period_type = kCpu;
  for (const Profile& profile : profiles) {
    add_profile(builder, profile, options);
    head.period = profile.period.count();
    head.time_ns =
        std::chrono::duration_cast<std::chrono::nanoseconds>(profile.begin.time_since_epoch())
            .count();
    head.duration_ns = profile.duration.count();
  }
  return builder.finish_compressed(head);
}

}  // namespace profiling
