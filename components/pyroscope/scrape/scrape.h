#pragma once
#include <map>
#include <memory>
#include <string>

#include "components/component.h"
#include "components/pyroscope/scrape/scraper.h"
#include "components/pyroscope/scrape/signature.h"
#include "river/value.h"

namespace components::pyroscope::scrape {

/// pyroscope.scrape: a scraper for each profile of each target, on the agent's loop, and one way
/// for what they find. One whose endpoint and settings stay goes on over a reload.
class Scrape final : public ComponentOf<Arguments> {
 public:
  Scrape(Context context, const Arguments& arguments);
  ~Scrape() override { stop(); }

  base::Result<void> start() override;
  void drain(Clock::time_point deadline) override;
  void stop() override;
  /// Healthy, with a message that says how many profiles fail and what one of them says: a target
  /// that is down is no fault of the agent. Unhealthy while a target cannot be scraped as it was
  /// discovered.
  Health health() const override;

 protected:
  base::Result<void> update(const Arguments& arguments) override;

 private:
  void set_targets(const Arguments& arguments);

  const Context context_;
  const std::shared_ptr<Way> way_;
  Arguments arguments_;
  std::shared_ptr<HttpSettings> http_;
  river::Value settings_source_;  ///< what the settings of scrapers were made of
  std::map<std::string, std::shared_ptr<Scraper>> scrapers_;  ///< by Endpoint::key()
  std::string problem_;                                       ///< with the targets
  bool is_running_ = false;
};

}  // namespace components::pyroscope::scrape
