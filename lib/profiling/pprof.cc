#include <utility>

#include "profiling/profile.h"
#include "telemetry/pprof/builder.h"

namespace profiling {
namespace {

using telemetry::pprof::Label;
using telemetry::pprof::ValueType;

constexpr ValueType kCpu{"cpu", "nanoseconds"};

class PprofWriter {
 public:
  explicit PprofWriter(const PprofOptions& options) : options_(options) {}

  void add(const Profile& profile) {
    head_.period_type = kCpu;
    head_.period = profile.period.count();
    head_.time_ns =
        std::chrono::duration_cast<std::chrono::nanoseconds>(profile.begin.time_since_epoch())
            .count();
    head_.duration_ns = profile.duration.count();
    begin(profile);
    std::vector<Label> labels;
    if (options_.with_pids) labels.push_back({.key = "pid", .number = profile.pid});
    if (options_.with_processes) labels.push_back({.key = "process", .text = profile.name});
    std::vector<uint64_t> stack;
    for (const CountedStack& counted : profile.stacks) {
      if (builder_.samples() >= options_.samples_max || builder_.bytes() >= options_.bytes_max) {
        finish();
        begin(profile);
      }
      stack.clear();
      for (const uint32_t at : counted.locations) stack.push_back(locations_[at]);
      if (options_.with_processes) stack.push_back(builder_.location(profile.name));
      const int64_t value = static_cast<int64_t>(counted.samples) * profile.period.count();
      builder_.add(stack, {&value, 1}, labels);
      samples_ += counted.samples;
    }
  }

  std::vector<Pprof> take() {
    if (samples_ > 0 || made_.empty()) finish();
    return std::move(made_);
  }

 private:
  /// What the profile refers to, in the pprof at hand.
  void begin(const Profile& profile) {
    std::vector<uint64_t> mappings;
    for (const ProfiledFile& file : profile.files)
      mappings.push_back(builder_.mapping({.file = file.path, .build_id = file.build_id}));
    locations_.clear();
    for (const Location& one : profile.locations)
      locations_.push_back(builder_.location(one.function, mappings[one.file], one.address));
  }

  void finish() {
    made_.push_back({builder_.finish_compressed(head_), std::exchange(samples_, 0)});
  }

  const PprofOptions& options_;
  telemetry::pprof::Builder builder_{{&kCpu, 1}};
  telemetry::pprof::Head head_;
  std::vector<uint64_t> locations_;  // Ids of the profile's locations.
  uint64_t samples_ = 0;
  std::vector<Pprof> made_;
};

}  // namespace

std::vector<Pprof> as_pprofs(std::span<const Profile> profiles, const PprofOptions& options) {
  PprofWriter writer(options);
  for (const Profile& profile : profiles) writer.add(profile);
  return writer.take();
}

}  // namespace profiling
