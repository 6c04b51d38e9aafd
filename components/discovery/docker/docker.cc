#include "components/discovery/docker/docker.h"

#include <algorithm>
#include <iterator>
#include <random>
#include <utility>

#include "io/backoff.h"
#include "river/schema/decode.h"

namespace components::discovery::docker {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

const docker_api::Filters kEvents = {
    {"type", {"container", "network"}},
    {"event", {"start", "die", "destroy", "rename", "connect", "disconnect"}}};

}  // namespace

Docker::Docker(Context context, const Arguments& arguments)
    : context_(std::move(context)),
      arguments_(arguments),
      failures_(context_.metrics.counter("prometheus_sd_refresh_failures_total",
                                         "Listings of containers that failed.",
                                         {{"mechanism", "docker"}})) {}

base::Result<void> Docker::start() {
  return launch(arguments_);
}

base::Result<void> Docker::update(const Arguments& arguments) {
  return launch(arguments);
}

/// Replaces what runs. Arguments that cannot be used leave it running.
base::Result<void> Docker::launch(const Arguments& arguments) {
  auto endpoint =
      docker_api::endpoint(arguments.host, arguments.http_client, arguments.refresh_interval.value);
  if (!endpoint) return base::in_context("host", endpoint.error());
  stop();
  arguments_ = Arguments(arguments);
  endpoint_ = std::move(*endpoint);
  filters_.clear();
  for (const Filter& filter : arguments_.filter) {
    auto& values = filters_[filter.name];
    values.insert(values.end(), filter.values.begin(), filter.values.end());
  }
  known_.emplace(TargetOptions{arguments_.port, arguments_.host_networking_host,
                               arguments_.match_first_network});
  auto events_thread = base::Thread::start(
      "docker events", [this](const std::stop_token& stop) { follow_events(stop); });
  if (!events_thread) return tl::unexpected(events_thread.error());
  events_thread_ = std::move(*events_thread);
  auto thread =
      base::Thread::start("docker list", [this](const std::stop_token& stop) { run(stop); });
  if (!thread) {
    stop();
    return tl::unexpected(thread.error());
  }
  thread_ = std::move(*thread);
  return {};
}

void Docker::stop() {
  events_thread_.request_stop();
  thread_.request_stop();
  events_thread_.join();
  thread_.join();
}

Health Docker::health() const {
  base::Lock lock(mutex_);
  return health_;
}

void Docker::set_health(Health health) {
  base::Lock lock(mutex_);
  health_ = std::move(health);
}

void Docker::Work::merge(Work more) {
  all = all || more.all;
  changed.merge(more.changed);
  started.merge(more.started);
}

void Docker::run(const std::stop_token& stop) {
  docker_api::Api api(endpoint_);
  io::Backoff backoff(io::kRetryLocal, std::random_device{}());
  const auto interval = duration_cast<Clock::duration>(arguments_.refresh_interval.value);
  Work work{.all = true, .changed = {}, .started = {}};
  Clock::time_point next_listing = Clock::now() + interval;
  bool was_healthy = true;
  while (!stop.stop_requested()) {
    const auto began = Clock::now();
    Clock::time_point retry = Clock::time_point::max();
    if (work.all) next_listing = began + interval;
    if (const auto refreshed = refresh(api, work, stop); refreshed) {
      set_health({Health::State::healthy, {}});
      backoff.reset();
      work = {};
      was_healthy = true;
    } else if (!stop.stop_requested()) {
      failures_->add(1);
      set_health({Health::State::unhealthy, refreshed.error().message});
      if (std::exchange(was_healthy, false))
        context_.log.warn("{}; trying again", refreshed.error().message);
      retry = Clock::now() + backoff.next();
    }
    // Events that come close to each other are one change.
    wait_until(began + kEventsApart, stop);
    work.merge(wait(std::min({next_listing, retry, known_->lingering_until()}), stop));
    work.all = work.all || Clock::now() >= next_listing;
  }
}

void Docker::wait_until(Clock::time_point time, const std::stop_token& stop) {
  base::Lock lock(mutex_);
  changed_.wait_until(mutex_, stop, time, [] { return false; });
}

Docker::Work Docker::wait(Clock::time_point deadline, const std::stop_token& stop) {
  base::Lock lock(mutex_);
  changed_.wait_until(mutex_, stop, deadline,
                      [&]() REQUIRES_LOCK(mutex_) { return !work_.empty(); });
  return std::exchange(work_, {});
}

void Docker::add_work(Work work) {
  base::Lock lock(mutex_);
  work_.merge(std::move(work));
  changed_.notify_all();
}

base::Result<void> Docker::refresh(docker_api::Api& api, const Work& work,
                                   const std::stop_token& stop) {
  // Filters by id of the user's own cannot be narrowed down further.
  const bool lists_all = work.all || work.changed.size() > kNamedMax || filters_.contains("id");
  if (lists_all || !work.changed.empty()) {
    docker_api::Filters filters = filters_;
    if (!lists_all) filters["id"].assign(work.changed.begin(), work.changed.end());
    auto listed = api.containers(filters, false, stop);
    if (!listed) return tl::unexpected(listed.error());
    if (lists_all)
      known_->set_all(std::move(*listed));
    else
      known_->set_some(work.changed, std::move(*listed));
  }
  if (auto found = find_ended(api, work.started, stop); !found) return found;
  known_->end_lingering(Clock::now());
  if ((lists_all && !known_->empty()) || known_->lacks_network()) {
    auto networks = api.networks(stop);
    if (!networks) return tl::unexpected(networks.error());
    known_->set_networks(std::move(*networks));
  }
  const Exports exports{known_->list()};
  context_.publish(river::schema::encode_exports(kSignature.exports, &exports));
  return {};
}

/// Adds containers that started since the last listing and run no more.
base::Result<void> Docker::find_ended(docker_api::Api& api, const std::set<std::string>& started,
                                      const std::stop_token& stop) {
  std::vector<std::string> ended;
  std::copy_if(started.begin(), started.end(), std::back_inserter(ended),
               [&](const auto& id) { return !known_->contains(id); });
  if (ended.empty()) return {};
  docker_api::Filters by_id = filters_;
  by_id["id"] = std::move(ended);
  auto found = api.containers(by_id, true, stop);
  if (!found) return tl::unexpected(found.error());
  for (auto& container : *found) known_->linger(std::move(container), Clock::now() + kLinger);
  return {};
}

void Docker::follow_events(const std::stop_token& stop) {
  docker_api::Api api(endpoint_);
  io::Backoff backoff(io::kRetryLocal, std::random_device{}());
  auto since = std::chrono::system_clock::now();
  while (!stop.stop_requested()) {
    const auto on_event = [&](const docker_api::Event& event) {
      since = std::chrono::system_clock::now();
      backoff.reset();
      Work work{.all = event.container.empty(), .changed = {}, .started = {}};
      if (!event.container.empty()) work.changed = {event.container};
      if (event.type == "container" && event.action == "start") work.started = work.changed;
      add_work(std::move(work));
    };
    // That the daemon cannot be reached is shown by the listing.
    const base::Error ended = api.follow_events(kEvents, since, on_event, stop);
    if (stop.stop_requested()) return;
    context_.log.debug("{}", ended.message);
    add_work({.all = true, .changed = {}, .started = {}});  // Changes meanwhile were not reported.
    wait_until(Clock::now() + backoff.next(), stop);
  }
}

}  // namespace components::discovery::docker
