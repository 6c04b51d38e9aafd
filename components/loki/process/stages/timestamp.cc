#include <chrono>

#include "components/loki/process/stages/kinds.h"
#include "components/loki/process/stages/stage.h"
#include "components/loki/process/stages/time_zone.h"
#include "components/loki/process/stages/timestamp_layout.h"
#include "telemetry/lru_cache.h"

namespace components::loki::process::stages {

enum class TimestampFailure { fudge, skip };
enum class TimestampDuplicate { fudge, keep };

struct TimestampArgs {
  std::string source;
  std::string format;
  std::vector<std::string> fallback_formats;
  std::optional<std::string> location;
  TimestampFailure action_on_failure = TimestampFailure::fudge;
  TimestampDuplicate action_on_duplicate_timestamp = TimestampDuplicate::fudge;
};

}  // namespace components::loki::process::stages

namespace river::schema {
template <>
inline constexpr EnumName<components::loki::process::stages::TimestampFailure>
    kEnumNames<components::loki::process::stages::TimestampFailure>[] = {
        {"fudge", components::loki::process::stages::TimestampFailure::fudge},
        {"skip", components::loki::process::stages::TimestampFailure::skip},
};
template <>
inline constexpr EnumName<components::loki::process::stages::TimestampDuplicate>
    kEnumNames<components::loki::process::stages::TimestampDuplicate>[] = {
        {"fudge", components::loki::process::stages::TimestampDuplicate::fudge},
        {"keep", components::loki::process::stages::TimestampDuplicate::keep},
};
}  // namespace river::schema

namespace components::loki::process::stages {

namespace schema = river::schema;
using schema::Need;

namespace {

constexpr schema::Field kTimestampFields[] = {
    schema::attr<&TimestampArgs::source>("source", Need::required,
                                         "Extracted value that holds the time."),
    schema::attr<&TimestampArgs::format>("format", Need::required,
                                         "Name of a format, or a reference layout."),
    schema::attr<&TimestampArgs::fallback_formats>("fallback_formats", Need::optional,
                                                   "Formats to try when the first does not fit."),
    schema::attr<&TimestampArgs::location>("location", Need::optional,
                                           "Time zone of times that name none."),
    schema::attr<&TimestampArgs::action_on_failure>("action_on_failure", Need::optional,
                                                    "What to do when a time does not parse."),
    schema::attr<&TimestampArgs::action_on_duplicate_timestamp>(
        "action_on_duplicate_timestamp", Need::optional,
        "What to do when a time equals the previous one."),
};

void validate(const TimestampArgs& args, schema::Scope& scope) {
  if (scope.known("format"))
    if (const auto layout = TimeLayout::parse(args.format); !layout)
      scope.error("format", "C086", "{}", layout.error().message);
  // Of a host without the database, the agent says it where it runs.
  if (scope.known("location") && args.location && *args.location != "Local" &&
      TimeZone::has_database())
    if (const auto zone = TimeZone::load(*args.location); !zone)
      scope.warning("location", "C123", "{}: times would be read as UTC", zone.error().message);
  if (!scope.known("fallback_formats")) return;
  for (const std::string& format : args.fallback_formats)
    if (const auto layout = TimeLayout::parse(format); !layout)
      scope.error("fallback_formats", "C086", "{}", layout.error().message);
}

/// Label sets whose last timestamp is remembered.
constexpr size_t kStreamsMax = 10'000;

/// A time without a year is of this year; around New Year, December read in January is of last
/// year, and January read in December of the next.
void complete_year(Moment& moment, int64_t now_ns) {
  namespace c = std::chrono;
  const c::year_month_day today{
      c::floor<c::days>(c::sys_time<c::nanoseconds>(c::nanoseconds(now_ns)))};
  moment.year = static_cast<int>(today.year());
  if (today.month() == c::January && moment.month == 12) --moment.year;
  if (today.month() == c::December && moment.month == 1) ++moment.year;
}

class TimestampStage final : public Stage {
 public:
  TimestampStage(const TimestampArgs& args, Build& build)
      : slot_(build.names.read(args.source)),
        on_failure_(args.action_on_failure),
        on_duplicate_(args.action_on_duplicate_timestamp),
        now_(build.watch),
        failures_(build.metrics.counter("loki_process_timestamp_failures_total",
                                        "Entries whose time did not parse.")) {
    add_layout(args.format);
    for (const std::string& format : args.fallback_formats) add_layout(format);
    if (!args.location) return;
    if (auto zone = TimeZone::load(*args.location))
      zone_ = std::move(*zone);
    else
      build.fail(fmt::format("{}: times are read as UTC", zone.error().message));
  }

  void process(Frame& frame) override {
    uint64_t failures = 0;
    for (const uint32_t row : frame.rows) {
      const auto text = frame.value(row, slot_);
      if (const auto ns = text ? read(*text) : std::nullopt)
        succeed(frame, row, *ns);
      else
        fail(frame, row), ++failures;
    }
    failures_->add(failures);
  }

 private:
  /// What was last seen on a stream: the time as it was parsed, and as it was given out.
  struct Last {
    int64_t parsed = 0;
    int64_t given = 0;
  };

  void add_layout(std::string_view format) {
    if (auto layout = TimeLayout::parse(format)) layouts_.push_back(std::move(*layout));
  }

  std::optional<int64_t> read(std::string_view text) const {
    for (const TimeLayout& layout : layouts_) {
      auto moment = layout.read(text);
      if (!moment) continue;
      if (!moment->has_year) complete_year(*moment, now_.ns());
      int offset = 0;
      if (layout.is_custom())
        if (const auto local = moment->to_ns(0))
          offset = offset_at(*local / kPerSecond, moment->zone);
      return moment->to_ns(offset);
    }
    return std::nullopt;
  }

  /// An abbreviation that the zone does not know says nothing: UTC, as Go has it.
  int offset_at(int64_t local_seconds, std::string_view abbreviation) const {
    if (abbreviation.empty()) return zone_.offset_at_local(local_seconds);
    return zone_.offset_of(abbreviation, local_seconds).value_or(0);
  }

  void succeed(Frame& frame, uint32_t row, int64_t ns) {
    telemetry::Entry& entry = frame.entry(row);
    entry.timestamp_ns = ns;
    if (on_duplicate_ == TimestampDuplicate::keep && on_failure_ == TimestampFailure::skip) return;
    const telemetry::Labels& labels = frame.batch.labels(entry);
    Last* last = last_.get(labels);
    if (last == nullptr) {
      last_.put(labels, {ns, ns});
      return;
    }
    if (on_duplicate_ == TimestampDuplicate::fudge && last->parsed == ns)
      entry.timestamp_ns = last->given + 1;
    *last = {ns, entry.timestamp_ns};
  }

  void fail(Frame& frame, uint32_t row) {
    if (on_failure_ == TimestampFailure::skip) return;
    telemetry::Entry& entry = frame.entry(row);
    if (Last* last = last_.get(frame.batch.labels(entry))) entry.timestamp_ns = ++last->given;
  }

  static constexpr int64_t kPerSecond = 1'000'000'000;

  Slot slot_;
  TimestampFailure on_failure_;
  TimestampDuplicate on_duplicate_;
  const Now now_;
  std::shared_ptr<base::metrics::Counter> failures_;
  std::vector<TimeLayout> layouts_;
  TimeZone zone_;
  telemetry::LruCache<telemetry::Labels, Last, telemetry::LabelsHash> last_{kStreamsMax};
};

StagePointer make(const TimestampArgs& args, Build& build) {
  return std::make_unique<TimestampStage>(args, build);
}

}  // namespace

constexpr StageKindOf<TimestampArgs> kTimestamp = stage_kind<TimestampArgs, make>(
    "stage.timestamp", "Sets the timestamp from an extracted value.",
    schema::schema_of<TimestampArgs, validate>(kTimestampFields));

}  // namespace components::loki::process::stages
