#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "components/component.h"
#include "components/prometheus/scrape/scraper.h"
#include "components/prometheus/scrape/signature.h"
#include "components/prometheus/shared/way.h"
#include "river/value.h"

namespace components::prometheus::scrape {

/// prometheus.scrape: a scraper for each target, on the agent's loop, and one way for what they
/// find.
class Scrape final : public ComponentOf<Arguments> {
 public:
  Scrape(Context context, const Arguments& arguments);
  ~Scrape() override { stop(); }

  base::Result<void> start() override;
  void drain(Clock::time_point deadline) override;
  void stop() override;
  /// Healthy, with a message that says how many targets are down and what one of them says: a
  /// target that is down is no fault of the agent. Unhealthy while a target cannot be scraped as it
  /// was discovered.
  Health health() const override;

 protected:
  base::Result<void> update(const Arguments& arguments) override;

 private:
  using Scrapers = std::map<std::string, std::shared_ptr<Scraper>>;

  using Targets = std::map<std::string, Target>;

  Targets read_targets(const Arguments& arguments);
  void set_settings(const Arguments& arguments, size_t targets);
  void set_targets(const Arguments& arguments);

  Context context_;
  std::shared_ptr<Way> way_;
  Scraper::ContextPtr shared_;
  std::shared_ptr<base::metrics::Gauge> targets_;
  Scraper::SettingsPtr settings_;
  river::Value settings_source_;
  Arguments arguments_;
  Scrapers scrapers_;    ///< by Target::key()
  std::string problem_;  ///< with the targets
  bool is_running_ = false;
};

}  // namespace components::prometheus::scrape
