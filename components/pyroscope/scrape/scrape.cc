#include "components/pyroscope/scrape/scrape.h"

#include <fmt/format.h>

#include <utility>

#include "components/shared/batches.h"
#include "components/shared/targets.h"
#include "river/schema/decode.h"

namespace components::pyroscope::scrape {
namespace {

/// What scrapers are made of beside their endpoints, and what endpoints have beside their key.
river::Value source_of(Arguments arguments) {
  arguments.targets.clear();
  arguments.forward_to.clear();
  return river::schema::encode(kSignature.arguments, &arguments);
}

}  // namespace

Scrape::Scrape(Context context, const Arguments& arguments)
    : context_(std::move(context)),
      way_(std::make_shared<Way>(context_.metrics)),
      arguments_(arguments) {
  way_->outbox().set_receivers(receivers_of(arguments.forward_to));
}

base::Result<void> Scrape::start() {
  if (auto started = context_.loop->start(); !started) return started;
  if (auto started = way_->outbox().start("profiles.out"); !started) return started;
  is_running_ = true;
  set_targets(arguments_);
  return {};
}

void Scrape::drain(Clock::time_point) {
  for (const auto& [key, scraper] : scrapers_) scraper->stop();
  scrapers_.clear();
  way_->outbox().begin_stop();
}

void Scrape::stop() {
  drain({});
  way_->outbox().stop();
  is_running_ = false;
}

base::Result<void> Scrape::update(const Arguments& arguments) {
  way_->outbox().set_receivers(receivers_of(arguments.forward_to));
  arguments_ = arguments;
  if (is_running_) set_targets(arguments);
  return {};
}

void Scrape::set_targets(const Arguments& arguments) {
  river::Value source = source_of(arguments);
  if (http_ == nullptr || settings_source_ != source) {
    for (const auto& [key, scraper] : scrapers_) scraper->stop();
    scrapers_.clear();
    http_ = std::make_shared<HttpSettings>(arguments.http);
    settings_source_ = std::move(source);
  }
  problem_.clear();
  auto old = std::exchange(scrapers_, {});
  for (const river::schema::Target& discovered : arguments.targets) {
    auto endpoints = read_target(discovered, arguments);
    if (!endpoints) {
      problem_ = endpoints.error().message;
      continue;
    }
    for (Endpoint& endpoint : *endpoints) {
      std::string key = endpoint.key();
      if (scrapers_.contains(key)) continue;
      if (auto kept = old.extract(key)) {
        scrapers_.insert(std::move(kept));
        continue;
      }
      auto scraper = std::make_shared<Scraper>(*context_.loop, way_, std::move(endpoint), http_,
                                               seed_of_host());
      scraper->start();
      scrapers_.emplace(std::move(key), std::move(scraper));
    }
  }
  for (const auto& [key, scraper] : old) scraper->stop();
}

Health Scrape::health() const {
  if (!problem_.empty()) return {Health::State::unhealthy, problem_};
  size_t failing = 0;
  std::string example;
  for (const auto& [key, scraper] : scrapers_) {
    const Scraper::Status status = scraper->status();
    if (status.is_up.value_or(true)) continue;
    if (failing++ == 0)
      example = fmt::format("{}: {}", key.substr(0, key.find('\n')), status.error);
  }
  if (failing == 0) return {Health::State::healthy, {}};
  return {Health::State::healthy, fmt::format("{} of {} profiles cannot be scraped: {}", failing,
                                              scrapers_.size(), example)};
}

}  // namespace components::pyroscope::scrape
