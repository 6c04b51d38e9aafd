#include "components/pyroscope/scrape/scraper.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/version.h"
#include "components/shared/targets.h"

namespace components::pyroscope::scrape {

using std::chrono::nanoseconds;

namespace {

int64_t wall_ns() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<nanoseconds>(now).count();
}

}  // namespace

Way::Way(const base::metrics::Scope& metrics)
    : flow_(metrics, telemetry::Flow::kProfiles),
      skipped_(metrics.counter("tributary_profile_scrapes_skipped_total",
                               "Scrapes left out, as there was no room for their profiles.")) {}

bool Way::has_room() {
  if (outbox_.has_room()) return true;
  skipped_->add(1);
  return false;
}

void Way::put(telemetry::Profile profile) {
  telemetry::ProfileBatch batch;
  batch.profiles.push_back(std::move(profile));
  batch.ack = telemetry::Ack([lost = lost_](bool delivered) {
    if (!delivered) lost->add(1);
  });
  flow_.receive(1);
  outbox_.put(std::move(batch));
}

Scraper::Scraper(io::Loop& loop, std::shared_ptr<Way> way, Endpoint endpoint,
                 const std::shared_ptr<HttpSettings>& http, uint64_t seed)
    : way_(std::move(way)),
      endpoint_(std::move(endpoint)),
      key_(endpoint_.key()),
      seed_(seed),
      client_(loop, endpoint_.url, http, kProfileBytesMax),
      timer_(loop) {
  if (!endpoint_.counted.empty()) delta_.emplace(endpoint_.counted);
}

void Scraper::start() {
  base::Lock lock(mutex_);
  schedule();
}

void Scraper::stop() {
  std::shared_ptr<io::http::AsyncCall> call;
  {
    base::Lock lock(mutex_);
    is_stopped_ = true;
    timer_.cancel();
    call.swap(call_);
  }
  if (call) call->cancel();
}

Scraper::Status Scraper::status() const {
  base::Lock lock(mutex_);
  return status_;
}

void Scraper::schedule() {
  const int64_t now = wall_ns();
  const auto interval = std::min<nanoseconds>(endpoint_.interval, io::kWaitMax);
  timer_.set(Clock::now() + nanoseconds(next_scrape(key_, seed_, interval, now) - now),
             [self = shared_from_this()] { self->on_time(); });
}

void Scraper::on_time() {
  base::Lock lock(mutex_);
  if (is_stopped_) return;
  if (!way_->has_room()) return schedule();
  io::http::Request request{"GET",
                            endpoint_.url.target,
                            {{"User-Agent", fmt::format("Tributary/{}", base::kVersion)}},
                            {}};
  const auto timeout = std::min<nanoseconds>(endpoint_.timeout, io::kWaitMax);
  call_ = client_.send(std::move(request), std::chrono::ceil<std::chrono::milliseconds>(timeout),
                       [self = shared_from_this()](base::Result<io::http::Response> response) {
                         self->on_answer(std::move(response));
                       });
}

void Scraper::on_answer(base::Result<io::http::Response> response) {
  {
    base::Lock lock(mutex_);
    if (is_stopped_) return;
  }
  std::string error = take(std::move(response));
  base::Lock lock(mutex_);
  call_.reset();
  if (is_stopped_) return;
  status_ = {error.empty(), std::move(error)};
  schedule();
}

std::string Scraper::take(base::Result<io::http::Response> response) {
  if (!response) return response.error().message;
  if (std::string problem = problem_with(*response); !problem.empty()) return problem;
  std::string body = std::move(response->body);
  const MemoryHold held(way_->bodies(), body.size());
  if (delta_) {
    auto difference = delta_->advance(body, kProfileBytesMax);
    if (!difference) return difference.error().message;
    if (!*difference) return {};
    body = std::move(**difference);
  }
  telemetry::Profile profile;
  profile.labels = endpoint_.labels;
  profile.body = std::make_shared<const std::string>(std::move(body));
  way_->put(std::move(profile));
  return {};
}

}  // namespace components::pyroscope::scrape
