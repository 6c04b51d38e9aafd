#include "components/prometheus/scrape/scraper.h"

#include <algorithm>
#include <utility>

#include "base/number.h"
#include "base/version.h"
#include "components/prometheus/scrape/formats.h"
#include "components/shared/targets.h"
#include "telemetry/wire/content_coding.h"

namespace components::prometheus::scrape {

using std::chrono::duration;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

namespace {

constexpr int64_t kNanosPerMilli = 1'000'000;
constexpr double kEndIntervals = 1.1;  // After the scrape that was due: others may have come late.

int64_t wall_ns() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<nanoseconds>(now).count();
}

/// Samples are given the time at which the scrape was due when that is near: equal distances
/// compress better.
int64_t sample_time_ms(int64_t slot_ns, nanoseconds interval) {
  const int64_t now = wall_ns();
  const int64_t near = std::min<int64_t>(interval.count() / 100, 2 * kNanosPerMilli);
  return (now - slot_ns <= near ? slot_ns : now) / kNanosPerMilli;
}

double seconds(nanoseconds value) {
  return duration<double>(value).count();
}

bool same_labels(const ScrapeRules& a, const ScrapeRules& b) {
  const LabelLimits& x = a.labels.limits;
  const LabelLimits& y = b.labels.limits;
  return a.labels.honor_labels == b.labels.honor_labels &&
         a.labels.allow_utf8 == b.labels.allow_utf8 && x.labels == y.labels &&
         x.name_bytes == y.name_bytes && x.value_bytes == y.value_bytes &&
         a.honor_timestamps == b.honor_timestamps &&
         a.track_timestamps_staleness == b.track_timestamps_staleness;
}

}  // namespace

ScrapeCounters::ScrapeCounters(const base::metrics::Scope& metrics)
    : repeated(metrics.counter("prometheus_target_scrapes_sample_duplicate_timestamp_total",
                               "Samples dropped: their series stood twice in one scrape.")),
      out_of_bounds(metrics.counter("prometheus_target_scrapes_sample_out_of_bounds_total",
                                    "Samples dropped: their time is in the future.")),
      skipped(metrics.counter("tributary_scrapes_skipped_total",
                              "Scrapes left out, as there was no room for their samples.")) {}

Scraper::Scraper(ContextPtr context, Target target, SettingsPtr settings)
    : context_(std::move(context)),
      key_(target.key()),
      timer_(context_->loop),
      newest_{std::move(target), std::move(settings)} {}

void Scraper::start() {
  base::Lock lock(mutex_);
  if (phase_ == Phase::running) return;
  phase_ = Phase::running;
  if (!is_scraping_) schedule();
}

void Scraper::update(Target target, SettingsPtr settings) {
  base::Lock lock(mutex_);
  const bool has_other_interval = target.interval != newest_.target.interval;
  newest_ = {std::move(target), std::move(settings)};
  if (has_other_interval && phase_ == Phase::running && !is_scraping_) schedule();
}

void Scraper::retire() {
  base::Lock lock(mutex_);
  if (phase_ != Phase::running) return;
  phase_ = Phase::retiring;
  status_ = {};
  if (!is_scraping_) schedule_end();
}

void Scraper::stop() {
  std::shared_ptr<io::http::AsyncCall> call;
  {
    base::Lock lock(mutex_);
    phase_ = Phase::stopped;
    call = call_;
  }
  timer_.cancel();
  if (call) call->cancel();
}

bool Scraper::is_idle() const {
  base::Lock lock(mutex_);
  return phase_ == Phase::idle;
}

Scraper::Status Scraper::status() const {
  base::Lock lock(mutex_);
  return status_;
}

void Scraper::schedule() {
  const nanoseconds interval = newest_.target.interval;
  const int64_t now = wall_ns();
  // The timer may be early by the difference of two clocks; a clock that was set back must not
  // stop the scrapes.
  const int64_t after = slot_ns_ > now + interval.count() ? now : std::max(now, slot_ns_);
  slot_ns_ = next_scrape(key_, context_->seed, interval, after);
  timer_.set(Clock::now() + nanoseconds(slot_ns_ - now),
             [self = shared_from_this()] { self->on_time(); });
}

void Scraper::schedule_end() {
  const auto patience = duration<double>(kEndIntervals * seconds(newest_.target.interval));
  timer_.set(Clock::now() + nanoseconds(slot_ns_ - wall_ns()) +
                 std::chrono::duration_cast<nanoseconds>(patience),
             [self = shared_from_this()] { self->on_time(); });
}

void Scraper::on_time() {
  Plan plan;
  int64_t slot_ns = 0;
  bool is_end = false;
  {
    base::Lock lock(mutex_);
    if (is_scraping_ || phase_ == Phase::idle || phase_ == Phase::stopped) return;
    is_end = phase_ == Phase::retiring;
    if (!is_end && !context_->way->has_room()) {
      context_->counters.skipped->add(1);
      return schedule();
    }
    is_scraping_ = true;
    slot_ns = slot_ns_;
    plan = newest_;
  }
  if (is_end) {
    end_series(slot_ns / kNanosPerMilli);
    base::Lock lock(mutex_);
    is_scraping_ = false;
    if (phase_ == Phase::retiring) phase_ = Phase::idle;
    if (phase_ == Phase::running) schedule();
    return;
  }
  began_ = Clock::now();
  time_ms_ = sample_time_ms(slot_ns, plan.target.interval);
  adopt(std::move(plan));
  ask();
}

/// What was scraped so far goes on, unless its labels are made by other rules now.
void Scraper::adopt(Plan plan) {
  const bool is_same = cache_ != nullptr && plan_.settings == plan.settings;
  if (is_same && plan_.target.timeout == plan.target.timeout) return;
  if (cache_ != nullptr && !same_labels(plan_.settings->rules, plan.settings->rules))
    end_series(time_ms_ - 1);
  ScrapeRules rules = plan.settings->rules;
  rules.labels.target = plan.target.labels;
  if (cache_ == nullptr) {
    cache_ = std::make_unique<SeriesCache>(rules);
  } else {
    cache_->set_sample_limit(rules.sample_limit);
  }
  report_.emplace(plan.target.labels, plan.settings->extra_metrics, seconds(plan.target.timeout),
                  rules.sample_limit);
  client_ = std::make_unique<AsyncHttpClient>(context_->loop, plan.target.url, plan.settings->http,
                                              plan.settings->body_bytes_max);
  plan_ = std::move(plan);
}

void Scraper::ask() {
  const ScrapeSettings& settings = *plan_.settings;
  const Target& target = plan_.target;
  if (!settings.refusal.empty()) return finish({base::fail("{}", settings.refusal), {}, false});
  if (target.is_own_process) {
    const std::string path = target.url.target.substr(0, target.url.target.find('?'));
    const auto exporter = context_->exporters.find(component_of_path(path));
    if (!exporter)
      return finish({base::fail("no component of this agent exposes {}", path), {}, false});
    std::string text;
    exporter->expose(text);
    return finish({std::move(text), std::string(kTextContentType), false});
  }
  std::string timeout;
  base::append_float(timeout, seconds(target.timeout));
  io::http::Request request{"GET",
                            target.url.target,
                            {{"User-Agent", fmt::format("Tributary/{}", base::kVersion)},
                             {"Accept", settings.accept},
                             {"Accept-Encoding", settings.enable_compression ? "gzip" : "identity"},
                             {"X-Prometheus-Scrape-Timeout-Seconds", timeout}},
                            {}};
  auto call = client_->send(std::move(request), std::chrono::ceil<milliseconds>(target.timeout),
                            [self = shared_from_this()](base::Result<io::http::Response> response) {
                              self->finish(self->read(std::move(response)));
                            });
  base::Lock lock(mutex_);
  if (is_scraping_) call_ = std::move(call);
}

Scraper::Answer Scraper::read(base::Result<io::http::Response> response) const {
  if (!response) return {tl::unexpected(response.error()), {}, false};
  if (response->status != 200) return {base::fail("HTTP {}", response->status), {}, false};
  const uint64_t limit = plan_.settings->body_bytes_max;
  const std::string_view encoding = io::http::find(response->headers, "Content-Encoding");
  const auto coding = telemetry::wire::coding_of(encoding);
  if (!coding) return {base::fail("Content-Encoding {} is not known", encoding), {}, false};
  auto body = telemetry::wire::decode_body(*coding, std::move(response->body), limit - 1);
  if (!body && body.error().is_too_large)
    return {base::fail("the body has {} bytes or more, the limit", limit), {}, true};
  if (!body) return {base::fail("{}", body.error().message), {}, false};
  return {std::move(*body), std::string(io::http::find(response->headers, "Content-Type")), false};
}

void Scraper::finish(Answer answer) {
  const ScrapeSettings& settings = *plan_.settings;
  Report report;
  Scraped scraped;
  const MemoryHold held(context_->way->bodies(), answer.body ? answer.body->size() : 0);
  const auto format = format_of(answer.content_type, settings.fallback);
  if (!answer.body) {
    scraped = cache_->fail(answer.body.error(), time_ms_);
    report.body_bytes = answer.is_too_large ? -1 : 0;
  } else if (answer.body->empty()) {
    scraped = cache_->scrape({}, telemetry::wire::ExpositionReader::Format::text, time_ms_);
  } else if (!format) {
    scraped = cache_->fail(
        {fmt::format("an answer of the type \"{}\" cannot be read", answer.content_type)},
        time_ms_);
  } else {
    scraped = cache_->scrape(*answer.body, *format, time_ms_);
    report.body_bytes = static_cast<double>(answer.body->size());
  }
  report.up = !scraped.error;
  report.duration_seconds = seconds(Clock::now() - began_);
  report.scraped = scraped.samples;
  report.kept = scraped.kept;
  report.added = scraped.added;
  context_->counters.repeated->add(scraped.repeated);
  context_->counters.out_of_bounds->add(scraped.out_of_bounds);
  {
    base::Lock lock(mutex_);
    call_.reset();
    if (phase_ == Phase::stopped) return;  // Its end left no markers, and needs none.
  }
  for (telemetry::SampleBatch& batch : scraped.batches) context_->way->put(std::move(batch));
  context_->way->put(report_->report(report, time_ms_));
  base::Lock lock(mutex_);
  is_scraping_ = false;
  if (phase_ == Phase::running) {
    status_ = {report.up, scraped.error ? std::move(scraped.error->message) : std::string()};
    schedule();
  }
  if (phase_ == Phase::retiring) {
    slot_ns_ += newest_.target.interval.count();
    schedule_end();
  }
}

/// Markers for all series of the target and about it.
void Scraper::end_series(int64_t time_ms) {
  if (cache_ == nullptr) return;  // It was never scraped.
  for (telemetry::SampleBatch& batch : cache_->end(time_ms).batches)
    context_->way->put(std::move(batch));
  context_->way->put(report_->end(time_ms));
  cache_.reset();
}

}  // namespace components::prometheus::scrape
