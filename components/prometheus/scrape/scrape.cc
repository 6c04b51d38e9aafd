#include "components/prometheus/scrape/scrape.h"

#include <utility>

#include "base/digest.h"
#include "components/prometheus/scrape/formats.h"
#include "components/prometheus/scrape/target.h"
#include "components/shared/batches.h"
#include "components/shared/targets.h"
#include "river/schema/decode.h"

namespace components::prometheus::scrape {
namespace {

/// Of a body, uncompressed, where the configuration sets no limit.
constexpr uint64_t kBodyBytesMax = 64 << 20;

ScrapeRules rules_of(const Arguments& arguments) {
  ScrapeRules rules;
  rules.labels.honor_labels = arguments.honor_labels;
  rules.labels.allow_utf8 = arguments.metric_name_validation_scheme == NameValidation::utf8;
  rules.labels.limits = {arguments.label_limit, arguments.label_name_length_limit,
                         arguments.label_value_length_limit};
  rules.honor_timestamps = arguments.honor_timestamps;
  rules.track_timestamps_staleness = arguments.track_timestamps_staleness;
  rules.sample_limit = arguments.sample_limit;
  return rules;
}

std::shared_ptr<ScrapeSettings> settings_of(const Arguments& arguments) {
  auto settings = std::make_shared<ScrapeSettings>();
  settings->rules = rules_of(arguments);
  settings->http = std::make_shared<HttpSettings>(arguments.http);
  settings->accept =
      accept_header(arguments.scrape_protocols, arguments.metric_name_escaping_scheme);
  settings->fallback = arguments.scrape_fallback_protocol;
  settings->enable_compression = arguments.enable_compression;
  settings->extra_metrics = arguments.extra_metrics;
  settings->body_bytes_max =
      arguments.body_size_limit.bytes > 0 ? arguments.body_size_limit.bytes : kBodyBytesMax;
  return settings;
}

TargetDefaults defaults_of(const Arguments& arguments, const std::string& id) {
  TargetDefaults defaults;
  defaults.job = arguments.job_name.empty() ? id : arguments.job_name;
  defaults.scheme = arguments.scheme == Scheme::https ? "https" : "http";
  defaults.metrics_path = arguments.metrics_path;
  defaults.params = arguments.params;
  defaults.interval = arguments.scrape_interval.value;
  defaults.timeout = arguments.scrape_timeout.value;
  return defaults;
}

/// What the settings are made of: all but the targets and the receivers, which change by
/// themselves.
river::Value source_of(Arguments arguments) {
  arguments.targets.clear();
  arguments.forward_to.clear();
  return river::schema::encode(kSignature.arguments, &arguments);
}

}  // namespace

Scrape::Scrape(Context context, const Arguments& arguments)
    : context_(std::move(context)),
      way_(std::make_shared<Way>(context_.metrics)),
      targets_(
          context_.metrics.gauge("prometheus_scrape_targets_gauge", "Targets that are scraped.")),
      arguments_(arguments) {
  shared_ = std::make_shared<const ScrapeContext>(
      ScrapeContext{.loop = *context_.loop,
                    .exporters = *context_.exporters,
                    .counters = ScrapeCounters(context_.metrics),
                    .way = way_,
                    .seed = seed_of_host()});
  way_->set_receivers(receivers_of(arguments.forward_to));
}

base::Result<void> Scrape::start() {
  if (auto started = context_.loop->start(); !started) return started;
  if (auto started = way_->start("scrape/out"); !started) return started;
  is_running_ = true;
  set_targets(arguments_);
  return {};
}

void Scrape::drain(Clock::time_point) {
  for (const auto& [key, scraper] : scrapers_) scraper->stop();
  scrapers_.clear();
  way_->begin_stop();
}

void Scrape::stop() {
  drain({});
  way_->stop();
  is_running_ = false;
}

base::Result<void> Scrape::update(const Arguments& arguments) {
  way_->set_receivers(receivers_of(arguments.forward_to));
  arguments_ = arguments;
  if (is_running_) set_targets(arguments);
  return {};
}

/// By Target::key(): targets that are equal are one.
Scrape::Targets Scrape::read_targets(const Arguments& arguments) {
  const TargetDefaults defaults = defaults_of(arguments, context_.id);
  problem_.clear();
  Targets targets;
  for (const river::schema::Target& discovered : arguments.targets) {
    auto target = read_target(discovered, defaults);
    if (!target) {
      problem_ = target.error().message;
      continue;
    }
    std::string key = target->key();
    targets.try_emplace(std::move(key), std::move(*target));
  }
  return targets;
}

/// Connections and tokens are kept while the settings are.
void Scrape::set_settings(const Arguments& arguments, size_t targets) {
  std::string refusal;
  if (arguments.target_limit > 0 && targets > arguments.target_limit)
    refusal = fmt::format("{} targets, more than target_limit {}", targets, arguments.target_limit);
  river::Value source = source_of(arguments);
  if (settings_ != nullptr && settings_->refusal == refusal && settings_source_ == source) return;
  auto settings = settings_of(arguments);
  settings->refusal = std::move(refusal);
  settings_ = std::move(settings);
  settings_source_ = std::move(source);
}

/// Scrapers of targets that stay go on; those of targets that are gone end by themselves.
void Scrape::set_targets(const Arguments& arguments) {
  Targets wanted = read_targets(arguments);
  set_settings(arguments, wanted.size());
  for (auto& [key, target] : wanted) {
    auto& scraper = scrapers_[key];
    if (scraper == nullptr) {
      scraper = std::make_shared<Scraper>(shared_, std::move(target), settings_);
    } else {
      scraper->update(std::move(target), settings_);
    }
    scraper->start();
  }
  std::erase_if(scrapers_, [&](const auto& entry) {
    if (wanted.contains(entry.first)) return false;
    entry.second->retire();
    return entry.second->is_idle();
  });
  targets_->set(static_cast<double>(wanted.size()));
}

Health Scrape::health() const {
  if (!problem_.empty()) return {Health::State::unhealthy, problem_};
  size_t down = 0;
  std::string example;
  for (const auto& [key, scraper] : scrapers_) {
    const Scraper::Status status = scraper->status();
    if (status.up.value_or(true)) continue;
    if (down++ == 0) example = fmt::format("{}: {}", key.substr(0, key.find('\n')), status.error);
  }
  if (down == 0) return {Health::State::healthy, {}};
  return {Health::State::healthy,
          fmt::format("{} of {} targets down: {}", down, scrapers_.size(), example)};
}

}  // namespace components::prometheus::scrape
